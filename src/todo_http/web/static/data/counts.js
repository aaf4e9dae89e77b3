// The numbers of tasks in the navigation. Pure.

import { isOverdue, localTime, parseDue } from "../formatting/due-dates.js";
import { normalize } from "./search.js";

/** @import { Counts, Moment, Task, View } from "../types.js" */

/**
 * The numbers of open tasks that are not deferred, by list, by tag, and due today or before.
 * @param {Pick<View, "tasks">} view
 * @param {Moment} now
 * @returns {Counts}
 */
export function countsOf({ tasks }, now) {
  const counts = { inbox: 0, today: 0, overdue: 0, lists: new Map(), tags: new Map() };
  /** The first spelling of each tag. @type {Map<string, string>} */
  const spellings = new Map();
  for (const task of tasks.values()) {
    if (task.completed || isDeferred(task, now)) continue;
    if (task.list_id) increment(counts.lists, task.list_id);
    else counts.inbox += 1;
    for (const tag of task.tags) {
      const key = normalize(tag);
      if (!spellings.has(key)) spellings.set(key, tag);
      increment(counts.tags, /** @type {string} */ (spellings.get(key)));
    }
    countDue(counts, task.due_date, now);
  }
  return counts;
}

/** Whether a task is hidden until later. @param {Task} task @param {Moment} now */
export function isDeferred({ deferred_until: until }, now) {
  const due = parseDue(until);
  if (!due) return false;
  return due.kind === "day" ? due.date > now.date : !isOverdue(due, now);
}

/** @param {Counts} counts @param {string | null} text @param {Moment} now */
function countDue(counts, text, now) {
  const due = parseDue(text);
  if (!due) return;
  if (isOverdue(due, now)) [counts.overdue, counts.today] = [counts.overdue + 1, counts.today + 1];
  else if (localTime(due, now.zone).date === now.date) counts.today += 1;
}

/** @param {Map<string, number>} numbers @param {string} key */
function increment(numbers, key) {
  numbers.set(key, (numbers.get(key) ?? 0) + 1);
}
