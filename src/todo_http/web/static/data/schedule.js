// Gives tasks another due date, time or recurrence, as one action.

import { describeDue, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { rescheduled } from "../formatting/schedule.js";
import { change } from "./commands.js";

/** @import { Account, Moment, Task } from "../types.js" */

/**
 * Each task keeps its time, the zone in which that is fixed, and its recurrence, unless others are given.
 * @param {Account} account
 * @param {Task[]} tasks
 * @param {Partial<import("../formatting/schedule.js").Schedule>} entered such as `{ date: "2026-11-24" }`, or `NO_DATE`
 * @param {Moment} now
 */
export function scheduleTasks(account, tasks, entered, now) {
  const fields = new Map(tasks.map((task) => [task.id, rescheduled(task, entered, now)]));
  const [first = {}] = Array.from(fields.values()).filter((changes) => Object.keys(changes).length);
  return change(account, tasks, ({ id }) => fields.get(id) ?? {}, labelOf(first.due_date, now));
}

/** @param {string | null | undefined} text the due date, if it is changed @param {Moment} now */
function labelOf(text, now) {
  if (text === null) return "Cleared the date of %";
  const due = parseDue(text ?? null);
  if (!due) return "Changed how % repeats";
  return `Scheduled % for ${describeDue(due, now, LOCALE).text.replace(/^(Today|Tomorrow|Yesterday)/, (name) => name.toLowerCase())}`;
}
