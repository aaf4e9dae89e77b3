// The local copy of an account: what it holds, and how changes of the feed are applied to it. Pure.

/** @import { Copy, FeedChange, Task } from "../types.js" */

/** How many completed tasks are kept, latest first, beside those with an open task above them; and how many completions. */
export const KEPT = 500;

/** @returns {Copy} */
export function emptyCopy() {
  return { task: new Map(), list: new Map(), completion: new Map() };
}

/**
 * Applies changes to a copy, and returns those that changed something. One that is not newer than the copy is skipped:
 * it may have been applied before.
 * @param {Copy} copy
 * @param {FeedChange[]} changes
 * @param {Map<string, number>} [deleted] by id, the number of the change that has deleted a thing; what was read before does not bring it back
 */
export function applyChanges(copy, changes, deleted = new Map()) {
  return changes.filter(({ entity, id, seq, value }) => {
    const things = /** @type {Map<string, any>} */ (copy[entity]);
    if (!things || Math.max(things.get(id)?.revision ?? 0, deleted.get(id) ?? 0) >= seq) return false;
    if (value) return things.set(id, value);
    deleted.set(id, seq);
    return things.delete(id);
  });
}

/**
 * Removes what is not kept: older completed tasks without an open task above them, and older completions.
 * @param {Copy} copy
 * @returns {Pick<FeedChange, "entity" | "id">[]} what was removed
 */
export function trim({ task: tasks, completion: completions }) {
  /** @param {Task} task @returns {boolean} */
  const isBelowOpen = (task, levels = 8) => {
    const parent = tasks.get(task.parent_id ?? "");
    return Boolean(parent && levels && (!parent.completed || isBelowOpen(parent, levels - 1)));
  };
  const completed = Array.from(tasks.values()).filter((task) => task.completed && !isBelowOpen(task));
  const latestFirst = (/** @type {any} */ one, /** @type {any} */ other) => (one.completed_at < other.completed_at ? 1 : -1);
  const oldTasks = completed.sort(latestFirst).slice(KEPT);
  const oldCompletions = Array.from(completions.values()).sort(latestFirst).slice(KEPT);
  oldTasks.forEach(({ id }) => tasks.delete(id));
  oldCompletions.forEach(({ id }) => completions.delete(id));
  return [
    ...oldTasks.map(({ id }) => ({ entity: /** @type {const} */ ("task"), id })),
    ...oldCompletions.map(({ id }) => ({ entity: /** @type {const} */ ("completion"), id })),
  ];
}
