// The state of a list of tasks: what the server has returned, and the rows that follow from it and from unsent changes. Pure.

import { matches } from "./query.js";

/** @import { Moment, QueuedRequest, Row, Task, TaskChange, TaskEvent, TaskState } from "../types.js" */

/** @type {TaskState} */
export const EMPTY = {
  query: { sort: "-created_at" },
  status: "loading",
  busy: true,
  problem: null,
  order: [],
  added: [],
  tasks: new Map(),
  next: null,
  etag: null,
  touched: new Set(),
  lingering: new Set(),
  deleted: new Set(),
  aliases: new Map(),
  responses: 0,
};

/** @param {TaskState} state @param {TaskEvent} event @returns {TaskState} */
export function reduce(state, event) {
  switch (event.type) {
    case "loading":
      return loading(state, event);
    case "loaded":
      return loaded(state, event);
    case "failed":
      return { ...state, status: "failed", busy: false, problem: event.problem };
    case "changed":
      return changed(state, event);
    case "saved":
      return saved(state, event);
    case "received":
      return received(state, event.task);
    case "deleted":
      return { ...state, deleted: new Set(state.deleted).add(event.id) };
    case "settled":
      return { ...state, lingering: without(state.lingering, event.id) };
  }
}

/**
 * The rows to show, in their order.
 * @param {TaskState} state
 * @param {QueuedRequest[]} requests unsent changes, oldest first
 * @param {Moment} now
 * @returns {Row[]}
 */
export function rowsOf(state, requests, now) {
  /** @type {Map<string, TaskChange[]>} */
  const changes = new Map();
  for (const { resource, change } of requests) changes.set(resource, [...(changes.get(resource) ?? []), change]);
  const unsaved = requests.filter(({ change }) => change.kind === "add").map(({ resource }) => resource).reverse();
  const added = new Set([...unsaved, ...state.added]);
  const ids = new Set([...added, ...state.order]);
  return Array.from(ids, (id) => rowOf(id)).filter((row) => row !== null);

  /** @param {string} id */
  function rowOf(id) {
    const pending = changes.get(id);
    const task = pending ? pending.reduce(apply, state.tasks.get(id)) : state.tasks.get(id);
    if (!task || state.deleted.has(id)) return null;
    // Only what was changed here may have left the list; what was added here stays in sight until it is completed.
    const checked = (pending || state.touched.has(id)) && !(added.has(id) && !task.completed) && !state.lingering.has(id);
    if (checked && !matches(task, state.query, now)) return null;
    return { key: state.aliases.get(id) ?? id, task: pending ? { ...task, id } : task, waiting: Boolean(pending) };
  }
}

/**
 * @param {Task | undefined} task
 * @param {TaskChange} change
 * @returns {Task | undefined} undefined for a deleted task
 */
function apply(task, { kind, fields }) {
  if (kind === "remove") return undefined;
  return kind === "add" ? { ...UNSAVED, ...fields } : task && { ...task, ...fields };
}

/** @type {Task} */
const UNSAVED = {
  id: "", user_id: "", title: "", description: null, completed: false, completed_at: null, priority: null, due_date: null,
  revision: 0, created_at: "", updated_at: "",
};

/** @param {TaskState} state @param {Extract<TaskEvent, { type: "loading" }>} event @returns {TaskState} */
function loading(state, { query, keep }) {
  const next = { ...state, query, busy: true, problem: null };
  return keep ? next : { ...next, status: "loading", order: [], added: [], next: null, lingering: new Set() };
}

/** @param {TaskState} state @param {Extract<TaskEvent, { type: "loaded" }>} event @returns {TaskState} */
function loaded(state, { tasks, next, etag, more }) {
  const known = new Map(state.tasks);
  tasks.filter((task) => isCurrent(state, task)).forEach((task) => known.set(task.id, task));
  const ids = tasks.map(({ id }) => id);
  const common = { ...state, tasks: known, status: /** @type {const} */ ("ready"), busy: false, problem: null, next };
  if (more) return { ...common, order: Array.from(new Set([...state.order, ...ids])) };
  return { ...common, etag, order: ids, added: [], touched: new Set() };
}

/** @param {TaskState} state @param {Extract<TaskEvent, { type: "changed" }>} event @returns {TaskState} */
function changed(state, { id, change }) {
  if (change.kind === "add") return state;
  const lingering = change.fields.completed === undefined ? state.lingering : new Set(state.lingering).add(id);
  return { ...state, lingering, touched: new Set(state.touched).add(id) };
}

/** @param {TaskState} state @param {Extract<TaskEvent, { type: "saved" }>} event @returns {TaskState} */
function saved(state, { id, change, task }) {
  const counted = { ...state, responses: state.responses + 1 };
  if (!task) return { ...counted, deleted: new Set(state.deleted).add(id) };
  const after = received(counted, task);
  if (change.kind !== "add") return after;
  return {
    ...after,
    added: [task.id, ...state.added],
    aliases: new Map(state.aliases).set(task.id, id),
    touched: new Set(state.touched).add(task.id),
    lingering: state.lingering.has(id) ? without(state.lingering, id).add(task.id) : state.lingering,
  };
}

/** @param {TaskState} state @param {Task} task */
function received(state, task) {
  return isCurrent(state, task) ? { ...state, tasks: new Map(state.tasks).set(task.id, task) } : state;
}

/**
 * Whether no later revision of a task is known.
 * @param {TaskState} state
 * @param {Task} task
 */
function isCurrent(state, task) {
  return (state.tasks.get(task.id)?.revision ?? 0) <= task.revision;
}

/** @param {Set<string>} ids @param {string} id */
function without(ids, id) {
  return new Set(Array.from(ids).filter((other) => other !== id));
}
