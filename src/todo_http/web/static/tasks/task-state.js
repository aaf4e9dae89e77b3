// What is on the screen: what the server has told, and over it what a person has done since. Pure; nothing is sent here.

import { matches } from "./query.js";

/** @import { Moment, Query, Row, Task, TaskEvent, TaskState, Write } from "../types.js" */

/** @returns {TaskState} */
export function empty() {
  return {
    query: { sort: "-created_at" },
    status: "loading",
    busy: true, // whether an answer to another question is awaited
    problem: null,
    order: [], // ids as the server listed them; rows keep their places until the list is loaded anew
    fresh: [], // ids of tasks that were added here since then, the latest first
    tasks: new Map(), // by id, as the server has told them last
    next: null, // the address of the next page
    etag: null,
    pending: [], // writes without an answer, the oldest first
    touched: new Set(), // ids of tasks changed since the list was loaded: only these may have left the filter
    lingering: new Set(), // ids that stay in sight for a moment although they have left the filter
    gone: new Set(), // ids that are known to be removed
    aliases: new Map(), // by id, the name that a task added here had before: its row stays the same row
  };
}

/**
 * @param {TaskState} state
 * @param {TaskEvent} event
 * @returns {TaskState}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "asked":
      return {
        ...state,
        query: event.query,
        status: event.keep ? state.status : "loading",
        busy: true,
        problem: null,
        ...(!event.keep && { order: [], fresh: namesOfPending(state), next: null, lingering: new Set() }),
      };
    case "listed":
      return listed(state, event);
    case "failed":
      return { ...state, status: "failed", busy: false, problem: event.problem };
    case "wanted":
      return wanted(state, event.write);
    case "withdrawn":
      return withdrawn(state, event.write);
    case "done":
      return done(state, event.write, event.task);
    case "seen":
      return known(state, event.task);
    case "vanished":
      return { ...state, gone: new Set(state.gone).add(event.id), pending: state.pending.filter((write) => write.id !== event.id) };
    case "settled":
      return { ...state, lingering: omit(state.lingering, event.id) };
  }
}

/**
 * The rows to show, in their order.
 * @param {TaskState} state
 * @param {Moment} now
 * @returns {Row[]}
 */
export function rowsOf(state, now) {
  /** @type {Map<string, Write[]>} */
  const writes = new Map();
  for (const write of state.pending) writes.set(write.id, [...(writes.get(write.id) ?? []), write]);
  /** @type {Row[]} */
  const rows = [];
  for (const id of state.fresh) push(id, true);
  const fresh = new Set(state.fresh);
  for (const id of state.order) if (!fresh.has(id)) push(id, false);
  return rows;

  /**
   * @param {string} id
   * @param {boolean} always whether it is shown even if the filter would not
   */
  function push(id, always) {
    const mine = writes.get(id);
    const task = mine ? mine.reduce(applied, state.tasks.get(id)) : state.tasks.get(id);
    if (!task || state.gone.has(id)) return;
    const mayHaveLeft = mine || state.touched.has(id);
    const added = always && !task.completed; // what one has just added is in sight, whatever the filter
    if (mayHaveLeft && !added && !state.lingering.has(id) && !matches(task, state.query, now)) return;
    rows.push({ key: state.aliases.get(id) ?? id, task, waiting: Boolean(mine) });
  }
}

/**
 * A task with one write done to it; undefined when it is removed.
 * @param {Task | undefined} task
 * @param {Write} write
 * @returns {Task | undefined}
 */
export function applied(task, write) {
  if (write.kind === "remove") return undefined;
  if (write.kind === "add") return draft(write);
  return task && { ...task, ...write.fields };
}

/**
 * @param {Write} write
 * @returns {Task}
 */
function draft(write) {
  const nothing = { description: null, completed: false, completed_at: null, priority: null, due_date: null };
  const unknown = { user_id: "", revision: 0, created_at: "", updated_at: "" };
  return { ...nothing, ...unknown, title: "", id: write.id, ...write.fields };
}

/**
 * @param {TaskState} state
 * @param {Extract<TaskEvent, { type: "listed" }>} event
 * @returns {TaskState}
 */
function listed(state, event) {
  const tasks = new Map(state.tasks);
  for (const task of event.tasks) {
    if ((tasks.get(task.id)?.revision ?? 0) <= task.revision) tasks.set(task.id, task);
  }
  const ids = event.tasks.map((task) => task.id);
  const common = { ...state, tasks, status: /** @type {const} */ ("ready"), busy: false, problem: null, next: event.next, etag: event.etag };
  if (event.more) {
    const there = new Set(state.order);
    return { ...common, etag: state.etag, order: [...state.order, ...ids.filter((id) => !there.has(id))] };
  }
  return { ...common, order: ids, fresh: namesOfPending(state), touched: new Set() };
}

/**
 * @param {TaskState} state
 * @param {Write} write
 * @returns {TaskState}
 */
function wanted(state, write) {
  const pending = [...state.pending, write];
  if (write.kind === "add") return { ...state, pending, fresh: [write.id, ...state.fresh] };
  const lingering = write.fields.completed === undefined ? state.lingering : new Set(state.lingering).add(write.id);
  return { ...state, pending, lingering, touched: new Set(state.touched).add(write.id) };
}

/**
 * @param {TaskState} state
 * @param {Write} write
 * @returns {TaskState}
 */
function withdrawn(state, write) {
  const pending = without(state.pending, write);
  return write.kind === "add" ? { ...state, pending, fresh: state.fresh.filter((id) => id !== write.id) } : { ...state, pending };
}

/**
 * The server has done it. A task that was added has its id from now on.
 * @param {TaskState} state
 * @param {Write} write
 * @param {Task | null} task as it is now; null when it is gone
 * @returns {TaskState}
 */
function done(state, write, task) {
  const pending = without(state.pending, write).map((later) =>
    task && later.id === write.id ? { ...later, id: task.id } : later,
  );
  if (!task) return { ...state, pending, gone: new Set(state.gone).add(write.id) };
  const after = known({ ...state, pending }, task);
  if (write.kind !== "add") return after;
  return {
    ...after,
    fresh: state.fresh.map((id) => (id === write.id ? task.id : id)),
    aliases: new Map(state.aliases).set(task.id, write.id),
    touched: new Set(after.touched).add(task.id),
    lingering: rename(after.lingering, write.id, task.id),
  };
}

/**
 * @param {TaskState} state
 * @param {Task} task
 */
function known(state, task) {
  if ((state.tasks.get(task.id)?.revision ?? 0) > task.revision) return state;
  return { ...state, tasks: new Map(state.tasks).set(task.id, task) };
}

/** @param {TaskState} state */
function namesOfPending(state) {
  return state.pending.filter((write) => write.kind === "add").map((write) => write.id).reverse();
}

/**
 * @param {Write[]} writes
 * @param {Write} one
 */
function without(writes, one) {
  return writes.filter((write) => write.key !== one.key);
}

/**
 * @param {Set<string>} ids
 * @param {string} id
 */
function omit(ids, id) {
  const left = new Set(ids);
  left.delete(id);
  return left;
}

/**
 * @param {Set<string>} ids
 * @param {string} from
 * @param {string} to
 */
function rename(ids, from, to) {
  return ids.has(from) ? omit(ids, from).add(to) : ids;
}
