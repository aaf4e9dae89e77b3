// Due date and recurrence of a task as the date popover edits them, in the zone of the user. Pure.

import { addDays, convertDue, localTime, parseDue } from "./due-dates.js";
import { firstDay, modeOf, recurrenceOf } from "./recurrence.js";

/** @import { Fields, Moment, Recurrence, Task } from "../types.js" */

/**
 * `basis` is "floating", a zone or an offset; `fixed` the zone or offset that was there before, or empty.
 * @typedef {{ date: string, time: string, basis: string, fixed: string, rule: string, mode: string }} Schedule
 */

/** What is entered to clear the date; no time and no rule can be without one. */
export const NO_DATE = { date: "", time: "", rule: "" };

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
 * What to change of a task so that it is scheduled in the same way as another one; what was not entered stays.
 * @param {Pick<Task, "due_date" | "recurrence">} task
 * @param {Partial<Schedule>} entered
 * @param {Moment} now
 */
export function rescheduled(task, entered, now) {
  const before = scheduleOf(task.due_date, task.recurrence, now.zone);
  const basis = (before.fixed && entered.basis) || before.basis; // a time becomes fixed only if it was
  return scheduleChanges(before, withDate({ ...before, ...entered, basis }, now), now.zone);
}

/**
 * A time or a rule without a date gets the first date on which it can be.
 * @param {Schedule} schedule
 * @param {Moment} now
 * @returns {Schedule}
 */
export function withDate(schedule, now) {
  const { date, time, rule } = schedule;
  if (date || !(time || rule)) return schedule;
  const first = time && time <= now.time ? addDays(now.date, 1) : now.date;
  return { ...schedule, date: rule ? firstDay(rule, first) : first };
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
