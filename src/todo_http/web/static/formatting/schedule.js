// Due date and recurrence of a task as the date popover edits them, in the zone of the user. Pure.

import { convertDue, localTime, parseDue } from "./due-dates.js";
import { modeOf, recurrenceOf } from "./recurrence.js";

/** @import { Fields, Recurrence } from "../types.js" */

/**
 * `basis` is "floating", a zone or an offset; `fixed` the zone or offset that was there before, or empty.
 * @typedef {{ date: string, time: string, basis: string, fixed: string, rule: string, mode: string }} Schedule
 */

/**
 * @param {string | null} text a due date
 * @param {Recurrence | null} recurrence
 * @param {string} zone
 * @returns {Schedule}
 */
export function scheduleOf(text, recurrence, zone) {
  const due = parseDue(text);
  const { date, time } = due ? localTime(due, zone) : { date: "", time: "" };
  const fixed = due?.kind === "fixed" ? (due.zone ?? due.offset) : "";
  return { date, time: time ?? "", basis: fixed || "floating", fixed, rule: recurrence?.rule ?? "", mode: modeOf(recurrence) };
}

/** @param {Schedule} schedule @param {string} zone */
export function dueOf({ date, time, basis }, zone) {
  return convertDue(date, time, zone, basis);
}

/**
 * What was changed. What was not keeps its kind, its zone and its spelling.
 * @param {Schedule} before
 * @param {Schedule} after
 * @param {string} zone
 */
export function scheduleChanges(before, after, zone) {
  /** @type {Pick<Fields, "due_date" | "recurrence">} */
  const fields = {};
  if (dueOf(before, zone) !== dueOf(after, zone)) fields.due_date = dueOf(after, zone);
  const rule = after.date ? after.rule : "";
  if (rule !== before.rule || (rule && after.mode !== before.mode)) fields.recurrence = recurrenceOf(rule, after.mode);
  return fields;
}
