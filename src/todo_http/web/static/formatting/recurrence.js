// The recurrence rules that can be chosen without typing one. Pure.

import { addDays, weekdayOf } from "./due-dates.js";

/** @import { Recurrence } from "../types.js" */
/** @typedef {{ unit: string, interval: number, days: string[] }} Parts */

/** In the canonical form of the API. The day of the week, month or year is that of the due date. */
export const COMMON_RULES = /** @type {const} */ ([
  ["", "Never"],
  ["FREQ=DAILY", "Every day"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday"],
  ["FREQ=WEEKLY", "Every week"],
  ["FREQ=MONTHLY;SKIP=BACKWARD", "Every month"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "Last day of the month"],
  ["FREQ=YEARLY;SKIP=BACKWARD", "Every year"],
]);
export const UNITS = /** @type {const} */ ([["DAILY", "days"], ["WEEKLY", "weeks"], ["MONTHLY", "months"], ["YEARLY", "years"]]);

/** Which date is the next one when a task is completed. */
export const MODES = /** @type {const} */ ([["next", "By schedule"], ["all", "Missed dates first"], ["completion", "After completion"]]);

/** From Sunday on, as rules name them. */
export const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const SIMPLE = /^FREQ=(\w+)(?:;INTERVAL=(\d+))?(?:;BYDAY=((?:\w\w,)*\w\w))?(?:;SKIP=BACKWARD)?$/;

/** @param {string} rule */
export function isCommon(rule) {
  return COMMON_RULES.some(([common]) => common === rule);
}

/**
 * The parts of a rule that has only a unit, an interval and days of the week; null for other rules.
 * @param {string} rule
 * @returns {Parts | null}
 */
export function partsOf(rule) {
  const [, unit, interval = "1", days = ""] = rule.match(SIMPLE) ?? [];
  const parts = unit ? { unit, interval: Number(interval), days: days ? days.split(",") : [] } : null;
  return parts && ruleOf(parts) === rule ? parts : null;
}

/** The canonical rule. @param {Parts} parts the days are those of weeks */
export function ruleOf({ unit, interval, days }) {
  const sorted = DAYS.slice(1).concat(DAYS[0]).filter((day) => unit === "WEEKLY" && days.includes(day));
  return `FREQ=${unit}${interval > 1 ? `;INTERVAL=${interval}` : ""}${sorted.length ? `;BYDAY=${sorted}` : ""}${
    /^[MY]/.test(unit) ? ";SKIP=BACKWARD" : ""}`;
}

/**
 * The day with which a rule begins for a task without a due date.
 * @param {string} rule
 * @param {string} today
 */
export function firstDay(rule, today) {
  const days = partsOf(rule)?.days;
  const fits = (/** @type {string} */ date) =>
    days?.length ? days.includes(DAYS[weekdayOf(date)]) : !rule.endsWith("BYMONTHDAY=-1") || addDays(date, 1).endsWith("-01");
  let date = today;
  while (!fits(date)) date = addDays(date, 1);
  return date;
}

/** @param {Recurrence | null} recurrence */
export function modeOf(recurrence) {
  if (recurrence?.anchor === "completion") return "completion";
  return recurrence?.catch_up ?? "next";
}

/**
 * A recurrence as it is sent to the API.
 * @param {string} rule empty if the task does not repeat
 * @param {string} mode
 * @returns {Recurrence | null}
 */
export function recurrenceOf(rule, mode) {
  if (!rule) return null;
  if (mode === "completion") return { rule, anchor: mode };
  return { rule, anchor: "schedule", catch_up: mode === "all" ? mode : "next" };
}
