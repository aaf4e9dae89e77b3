// What was completed and when, day by day: tasks and occurrences of the local copy, and older entries read from the server. Pure.

import { nameOfDay } from "../formatting/due-dates.js";
import { dayOfCompletion } from "./due-days.js";

/** @import { Done, Moment, Row, Section, Task, View } from "../types.js" */

const latestFirst = (/** @type {{ completed_at: string | null }} */ one, /** @type {{ completed_at: string | null }} */ other) =>
  ((one.completed_at ?? "") < (other.completed_at ?? "") ? 1 : -1);

/** @type {WeakMap<Task, Done>} */
const known = new WeakMap();

/** @param {Task} task @returns {Done} */
function doneOf(task) {
  const done = known.get(task) ?? { id: task.id, task_id: task.id, title: task.title, occurrence: null, completed_at: task.completed_at ?? "", skipped: false };
  known.set(task, done);
  return done;
}

/**
 * The moment since which the local copy has everything that was completed; "" if it has all that there is.
 * @param {View} view
 * @param {number} kept how many of each the local copy keeps
 */
export function completeSince({ tasks, completions }, kept) {
  const completed = Array.from(tasks.values()).filter((task) => task.completed);
  const oldest = [completed, Array.from(completions.values())]
    .map((things) => (things.length < kept ? "" : things.sort(latestFirst)[kept - 1].completed_at ?? ""));
  return oldest[0] > oldest[1] ? oldest[0] : oldest[1];
}

/**
 * By day, latest first.
 * @param {View} view
 * @param {Moment} now
 * @param {string} since where the local copy ends, by `completeSince`
 * @param {Done[]} older what the server has returned of the time before
 * @returns {Section[]}
 */
export function completedSections({ tasks, completions, waiting }, now, since, older) {
  const mine = Array.from(tasks.values()).filter((task) => task.completed && !(task.recurrence && waiting.has(task.id)));
  const recent = [...mine.map(doneOf), ...completions.values()].filter(({ skipped, completed_at: at }) => !skipped && at >= since);
  const ids = new Set(recent.map(({ id }) => id));
  const all = [...recent, ...older.filter(({ id, skipped }) => !skipped && !ids.has(id))].sort(latestFirst);
  /** @type {Map<string, Section>} */
  const days = new Map();
  for (const done of all) {
    const day = dayOfCompletion(done, now.zone);
    const section = days.get(day) ?? { key: day, title: nameOfDay(day, now.date), tone: "", day: "", rows: [], folded: false, reschedules: false };
    days.set(day, section);
    section.rows.push(rowOf(done, tasks.get(done.task_id), waiting));
  }
  return Array.from(days.values());
}

/** @param {Done} done @param {Task | undefined} task @param {Set<string>} waiting @returns {Row} */
function rowOf(done, task, waiting) {
  const { id, task_id: taskId, title } = done;
  const shown = task ?? /** @type {Task} */ (/** @type {unknown} */ ({ id: taskId, title, completed: true, tags: [], priority: null, due_date: null, recurrence: null, description: null, list_id: null, parent_id: null }));
  return { key: id, task: shown, waiting: id === taskId && waiting.has(id), level: 1, done };
}
