// When tasks are due in the zone of the user, and whether they are overdue or deferred. Found out once for each task. Pure.

import { isOverdue, localTime, momentIn, parseDue } from "../formatting/due-dates.js";

/** @import { Due, Moment, Task } from "../types.js" */

/** @typedef {{ zone: string, due: Due | null, date: string, time: string }} DueDay without a due date, its parts are empty */

/** @type {WeakMap<Task, DueDay>} */
const known = new WeakMap();
/** @type {WeakMap<object, { zone: string, date: string }>} */
const knownCompleted = new WeakMap();

/** The due date of a task, and its day and time on the clock of a zone. @param {Task} task @param {string} zone @returns {DueDay} */
export function dueDayOf(task, zone) {
  let found = known.get(task);
  if (found?.zone !== zone) {
    const due = parseDue(task.due_date);
    const local = due ? localTime(due, zone) : null;
    found = { zone, due, date: local?.date ?? "", time: local?.time ?? "" };
    known.set(task, found);
  }
  return found;
}

/** Whether an open task is overdue. @param {Task} task @param {Moment} now */
export function isLate(task, now) {
  const { due, date } = dueDayOf(task, now.zone);
  return due !== null && date <= now.date && isOverdue(due, now);
}

/** Whether the moment until which a task is deferred is still to come. @param {Task} task @param {Moment} now */
export function isDeferred({ deferred_until: until }, now) {
  const due = until ? parseDue(until) : null;
  if (!due) return false;
  if (due.kind === "fixed") return due.instant > now.instant;
  return due.kind === "day" ? due.date > now.date : `${due.date}T${due.time}` > `${now.date}T${now.time}`;
}

/** The day on which something was completed. @param {{ completed_at: string | null }} done @param {string} zone */
export function dayOfCompletion(done, zone) {
  let found = knownCompleted.get(done);
  if (found?.zone !== zone) {
    found = { zone, date: momentIn(zone, Date.parse(done.completed_at ?? "")).date };
    knownCompleted.set(done, found);
  }
  return found.date;
}
