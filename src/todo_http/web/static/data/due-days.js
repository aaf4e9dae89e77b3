// When tasks are due in the zone of the user, and whether they are overdue. Found out once for each task. Pure.

import { convertDue, isOverdue, localTime, momentIn, parseDue } from "../formatting/due-dates.js";

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

/** The day on which something was completed. @param {{ completed_at: string | null }} done @param {string} zone */
export function dayOfCompletion(done, zone) {
  let found = knownCompleted.get(done);
  if (found?.zone !== zone) {
    found = { zone, date: momentIn(zone, Date.parse(done.completed_at ?? "")).date };
    knownCompleted.set(done, found);
  }
  return found.date;
}

/** The due date of a late task today: at its time if that is still to come, else the whole day. @param {Task} task @param {Moment} now */
export function dueToday(task, now) {
  const { due, time } = dueDayOf(task, now.zone);
  if (!due || due.kind === "day" || time <= now.time) return now.date;
  return due.kind === "floating" ? `${now.date}T${time}` : convertDue(now.date, time, now.zone, due.zone ?? due.offset);
}
