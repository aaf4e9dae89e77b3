// The state of a list of tasks: what the server has returned, and the rows that follow from it and from unsent changes. Pure.

import { isInList, matches } from "./query.js";
import { applyChange, arrange, descendants } from "./task-tree.js";

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
      return deleted(state, event.id);
    case "restored":
      return { ...state, deleted: new Set() };
    case "settled":
      return { ...state, lingering: without(state.lingering, withDescendants(state, event.id)) };
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
  const tasks = requests.length ? new Map(state.tasks) : state.tasks;
  const affected = new Set(requests.flatMap(({ resource, change }) => applyChange(tasks, resource, change)));
  const waiting = new Set(requests.map(({ resource }) => resource));
  const advancing = new Set(requests.filter(({ change }) => change.occurrence !== undefined).map(({ resource }) => resource));
  const unsaved = requests.filter(({ change }) => change.kind === "add").map(({ resource }) => resource).reverse();
  const added = new Set([...unsaved, ...state.added]);
  const ids = new Set([...added, ...state.order]);
  const rows = Array.from(ids, (id) => rowOf(id)).filter((row) => row !== null);
  return arrange(rows, state.query.sort === "position");

  /** @param {string} id */
  function rowOf(id) {
    const task = tasks.get(id);
    if (!task || state.deleted.has(id)) return null;
    // Only what was changed here may have left the list; what was added here stays in sight until it is completed,
    // and a recurring task until its next due date is known.
    const checked = affected.has(id) || state.touched.has(id);
    const stays = state.lingering.has(id) || advancing.has(id) || (added.has(id) && !task.completed);
    if (checked && !(stays ? isInList(task, state.query) : matches(task, state.query, now))) return null;
    return { key: state.aliases.get(id) ?? id, task, waiting: waiting.has(id) };
  }
}

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
  const ids = withDescendants(state, id);
  const lingering = change.kind === "complete" ? new Set([...state.lingering, ...ids]) : state.lingering;
  return { ...state, lingering, touched: new Set([...state.touched, ...ids]) };
}

/** @param {TaskState} state @param {Extract<TaskEvent, { type: "saved" }>} event @returns {TaskState} */
function saved(state, { id, change, task }) {
  const counted = { ...state, responses: state.responses + 1 };
  if (!task) return deleted(counted, id);
  if (change.kind !== "add") return received(withSubtasks(counted, id, change), task);
  const after = received(counted, task);
  return {
    ...after,
    added: [task.id, ...state.added],
    aliases: new Map(state.aliases).set(task.id, id),
    touched: new Set(state.touched).add(task.id),
    lingering: state.lingering.has(id) ? without(state.lingering, [id]).add(task.id) : state.lingering,
  };
}

/**
 * What a saved change did to subtasks, of which the response says nothing.
 * @param {TaskState} state
 * @param {string} id
 * @param {TaskChange} change
 */
function withSubtasks(state, id, change) {
  const before = state.tasks.get(id);
  const tasks = new Map(state.tasks);
  return before && applyChange(tasks, id, change).length > 1 ? { ...state, tasks: tasks.set(id, before) } : state;
}

/** @param {TaskState} state @param {string} id */
function deleted(state, id) {
  const gone = new Set([...state.deleted, ...withDescendants(state, id)]);
  const isThere = (/** @type {string} */ other) => !gone.has(other);
  return { ...state, deleted: gone, order: state.order.filter(isThere), added: state.added.filter(isThere) };
}

/** @param {TaskState} state @param {string} id */
function withDescendants(state, id) {
  return [id, ...descendants(state.tasks.values(), id)];
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

/** @param {Set<string>} ids @param {string[]} removed */
function without(ids, removed) {
  return new Set(Array.from(ids).filter((id) => !removed.includes(id)));
}
