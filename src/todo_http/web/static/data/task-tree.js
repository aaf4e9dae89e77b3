// Tasks below other tasks: what a change does to subtasks, and the order in which a tree is shown. Pure.

/** @import { Anchor, Change, Row, Task } from "../types.js" */
/** @typedef {Map<string, Set<string>>} Children */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** @type {Task} */
const UNSAVED = {
  id: "", user_id: "", title: "", description: null, completed: false, completed_at: null, priority: null, due_date: null,
  recurrence: null, list_id: null, parent_id: null, position: "", tags: [], deferred_until: null, revision: 0, created_at: "", updated_at: "",
};

/**
 * The ids of all tasks below a task.
 * @param {Iterable<Task>} tasks each of which may be below it
 * @param {string} id
 */
export function descendants(tasks, id) {
  const found = new Set([id]);
  const known = Array.from(tasks).filter(({ parent_id: parent }) => parent);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const task of known) if (found.has(/** @type {string} */ (task.parent_id))) found.add(task.id);
  }
  found.delete(id);
  return Array.from(found);
}

/**
 * The ids of the subtasks of each task, so that many changes do not search all tasks each time. Those that have left stay in it.
 * @param {Iterable<Task>} tasks
 */
export function childrenOf(tasks) {
  const children = /** @type {Children} */ (new Map());
  for (const task of tasks) link(children, task);
  return children;
}

/** @param {Children | undefined} children @param {Pick<Task, "id" | "parent_id">} task */
export function link(children, { id, parent_id: parent }) {
  if (!children || !parent) return;
  if (children.has(parent)) children.get(parent)?.add(id);
  else children.set(parent, new Set([id]));
}

/** @param {Map<string, Task>} tasks @param {string} id @param {Children} children */
function linked(tasks, id, children) {
  const found = new Set([id]); // it grows while it is read
  for (const parent of found) for (const child of children.get(parent) ?? []) if (tasks.get(child)?.parent_id === parent) found.add(child);
  found.delete(id);
  return Array.from(found);
}

/**
 * Makes a change in a map of tasks, as the server will make it. Returns the ids of the tasks that it affects.
 * @param {Map<string, Task>} tasks
 * @param {Change} change
 * @param {Children} [children] kept up to date
 */
export function applyToTasks(tasks, { kind, id, fields, anchor }, children) {
  const before = kind === "add" ? { ...UNSAVED, id, created_at: new Date().toISOString() } : tasks.get(id);
  if (!before) return [id];
  const after = { ...before, ...fields };
  if (after.completed !== before.completed) after.completed_at = after.completed ? new Date().toISOString() : null;
  const leaves = fields.list_id !== undefined && fields.list_id !== before.list_id;
  if (leaves && fields.parent_id === undefined) after.parent_id = null;
  after.list_id = tasks.get(fields.parent_id ?? "")?.list_id ?? after.list_id;
  if (kind === "add" || kind === "move") after.position = positionAt(tasks, after, anchor ?? {});
  tasks.set(id, after);
  link(children, after);
  const completes = kind === "complete" && after.completed;
  const moves = after.list_id !== before.list_id;
  const reaches = kind !== "add" && (completes || moves || kind === "remove");
  const below = !reaches ? [] : children ? linked(tasks, id, children) : descendants(tasks.values(), id);
  for (const other of below) {
    const task = /** @type {Task} */ (tasks.get(other));
    const ends = completes && !before.recurrence && !task.completed;
    tasks.set(other, { ...task, list_id: after.list_id, ...(ends && { completed: true, completed_at: after.completed_at }) });
  }
  if (kind === "remove") [id, ...below].forEach((other) => tasks.delete(other));
  return [id, ...below];
}

/**
 * The position that a task gets next to a sibling or behind them all, until the server has given it another one.
 * @param {Map<string, Task>} tasks
 * @param {Task} task
 * @param {Anchor} anchor
 */
function positionAt(tasks, task, anchor) {
  const siblings = [];
  let last = "";
  for (const other of tasks.values()) {
    if (other.id === task.id || other.list_id !== task.list_id || other.parent_id !== task.parent_id) continue;
    siblings.push(other);
    if (other.position > last) last = other.position;
  }
  return anchor.before || anchor.after !== undefined ? placeAmong(siblings, anchor) : between(last, "");
}

/**
 * The position next to one of several things, or behind them all.
 * @param {{ id: string, position: string }[]} siblings
 * @param {Anchor} anchor
 */
export function placeAmong(siblings, { before, after }) {
  siblings.sort(byPosition);
  const found = siblings.findIndex(({ id }) => id === (before ?? after));
  const last = after === null ? 0 : siblings.length; // "after: null" is the first place
  const place = found < 0 ? last : found + (before ? 0 : 1);
  return between(siblings[place - 1]?.position ?? "", siblings[place]?.position ?? "");
}

/**
 * A position between two others, as the server computes it. An empty text is the start, or the end.
 * @param {string} low
 * @param {string} high
 */
export function between(low, high) {
  let found = "";
  let bounded = high !== "";
  for (let place = 0; ; place += 1) {
    const least = Math.max(0, DIGITS.indexOf(low[place] ?? "0"));
    const most = bounded && place < high.length ? DIGITS.indexOf(high[place]) : DIGITS.length;
    if (most - least > 1) return found + DIGITS[(least + most) >> 1];
    found += DIGITS[least];
    bounded &&= most === least;
  }
}

/**
 * Rows in the order of the tree: each subtask below its parent, if that is among them.
 * @param {Omit<Row, "level">[]} rows
 * @param {boolean} manual whether siblings are in manual order; otherwise they stay in the given one
 * @returns {Row[]}
 */
export function arrange(rows, manual) {
  const ids = new Set(rows.some(({ task }) => task.parent_id) ? rows.map(({ key }) => key) : []);
  /** @type {Omit<Row, "level">[]} */
  const top = [];
  /** By id of the parent. @type {Map<string, Omit<Row, "level">[]>} */
  const children = new Map();
  for (const row of rows) {
    const { id, parent_id: parent } = row.task;
    if (!parent || parent === id || !ids.has(parent)) top.push(row);
    else if (children.has(parent)) children.get(parent)?.push(row);
    else children.set(parent, [row]);
  }
  /** @type {Row[]} */
  const arranged = [];
  /** @param {Omit<Row, "level">[]} siblings @param {number} level */
  const add = (siblings, level) => {
    if (manual) siblings.sort((one, other) => byPosition(one.task, other.task));
    for (const row of siblings) {
      arranged.push(Object.assign(row, { level }));
      const below = children.get(row.key);
      if (below && children.delete(row.key)) add(below, level + 1);
    }
  };
  add(top, 1);
  for (const [key, below] of children) if (children.delete(key)) add(below, 1); // old revisions may form a circle
  return arranged;
}

/** @param {{ id: string, position: string }} one @param {{ id: string, position: string }} other */
export function byPosition(one, other) {
  if (one.position !== other.position) return one.position < other.position ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
