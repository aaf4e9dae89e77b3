// What is shown: the local copy with the unsent requests applied, as the server will apply them. Pure.

import { applyToTasks, childrenOf, link, placeAmong } from "./task-tree.js";

/** @import { Change, Copy, QueuedRequest, Task, UserList, View } from "../types.js" */

/** Requests for which it pays to find out first which tasks are below which. */
const MANY = 5;

/** @type {UserList} */
const UNSAVED_LIST = { id: "", name: "", color: null, archived: false, position: "", revision: 0 };

/**
 * Applies changes to the tasks and lists, and returns the ids of all that they affect.
 * @param {Pick<Copy, "task" | "list">} things whose maps are changed
 * @param {Change[]} changes
 * @param {import("./task-tree.js").Children} [children] of the tasks
 */
export function applyLocally(things, changes, children) {
  return changes.flatMap((change) => {
    if (change.kind === "undo") return restore(things, change, children);
    return change.entity === "list" ? applyToLists(things, change) : applyToTasks(things.task, change, children);
  });
}

/** Puts things back as they were. @param {Pick<Copy, "task" | "list">} things @param {Change} change @param {import("./task-tree.js").Children} [children] */
function restore(things, { restores = [] }, children) {
  return restores.map(({ entity, id, value }) => {
    if (value && entity === "task") link(children, /** @type {Task} */ (value));
    if (value) things[entity].set(id, /** @type {any} */ (value));
    else things[entity].delete(id);
    return id;
  });
}

/** @param {Pick<Copy, "task" | "list">} things @param {Change} change */
function applyToLists({ task: tasks, list: lists }, { kind, id, fields, anchor }) {
  const before = kind === "add" ? { ...UNSAVED_LIST, id } : lists.get(id);
  if (!before) return [id];
  const after = /** @type {UserList} */ ({ ...before, ...fields });
  if (kind === "add" || kind === "move") {
    after.position = placeAmong(Array.from(lists.values()).filter((other) => other.id !== id), anchor ?? {});
  }
  lists.set(id, after);
  if (kind !== "remove") return [id];
  lists.delete(id);
  const inside = Array.from(tasks.values()).filter((task) => task.list_id === id);
  inside.forEach((task) => (fields.tasks === "inbox" ? tasks.set(task.id, { ...task, list_id: null }) : tasks.delete(task.id)));
  return [id, ...inside.map((task) => task.id)];
}

/**
 * A function from a copy and the unsent requests to the view. A request that is added to those before costs only itself.
 * @returns {(copy: Copy, version: number, requests: QueuedRequest[]) => View}
 */
export function createOverlay() {
  /** @type {{ version: number, requests: QueuedRequest[], view: View } | null} */
  let last = null;
  return (copy, version, requests) => {
    const extends_ = last?.version === version && last.requests.every(({ changes }, index) => requests[index]?.changes === changes);
    if (extends_ && last?.requests.length === requests.length) return last.view;
    const from = extends_ && last?.requests.length ? last.view : null;
    const pending = requests.slice(from ? last?.requests.length : 0);
    const view = {
      tasks: pending.length || !from ? new Map(from?.tasks ?? copy.task) : from.tasks,
      lists: pending.length || !from ? new Map(from?.lists ?? copy.list) : from.lists,
      completions: copy.completion,
      waiting: new Set(from?.waiting),
    };
    const children = pending.length > MANY ? childrenOf(view.tasks.values()) : undefined;
    for (const { changes } of pending) {
      applyLocally({ task: view.tasks, list: view.lists }, changes, children).forEach((id) => view.waiting.add(id));
    }
    last = { version, requests, view };
    return view;
  };
}
