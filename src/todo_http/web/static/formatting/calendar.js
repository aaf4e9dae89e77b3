// The days of a month as a calendar shows them, and the days that are offered by name. Pure.

import { addDays, daysBetween, weekdayOf } from "./due-dates.js";

const FIRST = "1970-01-01";
const LAST = "9999-12-31";
const SATURDAY = 6;
const WEEKS = 6;

/**
 * The weeks that show a month, always as many, so that the calendar keeps its height.
 * @param {string} date in the month
 * @param {number} weekStart the first day of a week, 0 is Sunday
 * @returns {string[][]}
 */
export function weeksOf(date, weekStart) {
  const first = startOfWeek(`${date.slice(0, 7)}-01`, weekStart);
  return Array.from({ length: WEEKS }, (_, week) => Array.from({ length: 7 }, (_, day) => addDays(first, 7 * week + day)));
}

/** @param {string} date @param {number} weekStart */
export function startOfWeek(date, weekStart) {
  return addDays(date, -((weekdayOf(date) - weekStart + 7) % 7));
}

/**
 * The same day of another month, or its last day if it is shorter.
 * @param {string} date
 * @param {number} months
 */
export function addMonths(date, months) {
  const [year, month, day] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0));
  return addDays(last.toISOString().slice(0, 10), Math.min(day - last.getUTCDate(), 0));
}

/**
 * The day to which a key moves in a calendar, or null if it is not one of its keys.
 * @param {string} date
 * @param {{ key: string, shiftKey: boolean }} event
 * @param {number} weekStart
 */
export function dayAfterKey(date, { key, shiftKey }, weekStart) {
  const column = daysBetween(startOfWeek(date, weekStart), date);
  const months = shiftKey ? 12 : 1;
  /** @type {Record<string, () => string>} */
  const moves = {
    ArrowLeft: () => addDays(date, -1),
    ArrowRight: () => addDays(date, 1),
    ArrowUp: () => addDays(date, -7),
    ArrowDown: () => addDays(date, 7),
    Home: () => addDays(date, -column),
    End: () => addDays(date, 6 - column),
    PageUp: () => addMonths(date, -months),
    PageDown: () => addMonths(date, months),
  };
  return moves[key] ? withinYears(moves[key]()) : null;
}

/** The nearest day that a due date may have. @param {string} date */
export function withinYears(date) {
  if (date.startsWith("+")) return LAST; // the year 10000, as JavaScript writes it
  return date < FIRST ? FIRST : date;
}

/**
 * The days that are offered by name.
 * @param {string} today
 * @returns {[label: string, date: string][]}
 */
export function namedDays(today) {
  const weekday = weekdayOf(today);
  const isWeekend = weekday === 0 || weekday === SATURDAY;
  return [
    ["Today", today],
    ["Tomorrow", addDays(today, 1)],
    [isWeekend ? "Next weekend" : "This weekend", addDays(today, SATURDAY - weekday || 7)],
    ["Next week", addDays(today, (8 - weekday) % 7 || 7)],
  ];
}
