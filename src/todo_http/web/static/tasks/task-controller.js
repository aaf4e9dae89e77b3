// The tasks of the signed-in user: loads them, queues changes to them, and reconciles the two.

import { Problem, randomKey, send } from "../api.js";
import { offline } from "../connection.js";
import { call, tokenInMemory } from "../session.js";
import { createStore } from "../store.js";
import { createLists } from "./lists.js";
import { createOutbox } from "./outbox.js";
import { ANY, etagOf, rebase } from "./rebase.js";
import { createTaskLoader } from "./task-loader.js";
import { EMPTY, reduce } from "./task-state.js";
import { descendants } from "./task-tree.js";
import { createPreview } from "./upcoming.js";

/** @import { Anchor, Conflict, Fields, Move, QueuedRequest, Rejection, Send, Task, TaskChange, TaskEvent, User } from "../types.js" */

const LINGER_MILLISECONDS = 1000;
const POLL_MILLISECONDS = 60_000;
const FRESH_MILLISECONDS = 5000;
const METHODS = { add: "POST", change: "PATCH", complete: "PATCH", skip: "POST", move: "POST", remove: "DELETE" };

/**
 * @param {User} user
 * @param {(rejection: Rejection) => void} onRejected
 * @param {(change: TaskChange, task: Task) => void} onAdvanced a recurring task was completed, skipped or taken back
 */
export function createTaskController(user, onRejected, onAdvanced) {
  const base = `/api/${user.id}/tasks`;
  const state = createStore(EMPTY);
  const conflicts = createStore(/** @type {Conflict[]} */ ([]));
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`todo.tasks.${user.id}`) : null;
  /** The ETag that follows another one by a change made here, by id and that one. @type {Map<string, string>} */
  const successors = new Map();
  let lastRevision = 0;
  let lastCommand = { name: "", key: "" };

  /** @type {Send} always with the token of this user, even if another one has signed in */
  const callAsUser = (method, path, options) => call(method, path, { ...options, owner: user.id });
  /** @param {TaskEvent} event */
  const dispatch = (event) => state.set(reduce(state.get(), event));
  const loader = createTaskLoader(user.id, callAsUser, state.get, dispatch);
  const outbox = createOutbox(user.id, callAsUser, {
    restored: ({ resource, change }) => dispatch({ type: "changed", id: resource, change }),
    rebase,
    succeeded: onSaved,
    rejected(request, problem) {
      if (problem.status === 404) dispatch({ type: "deleted", id: request.resource });
      onRejected({ request, problem });
    },
    fulfilled: ({ change: { kind, fields, occurrence } }, current) => (kind === "change" || (kind === "complete" && occurrence === undefined)) &&
      Object.entries(fields).every(([name, value]) => JSON.stringify(current[name]) === JSON.stringify(value)),
    conflicted(request, theirs) {
      const conflict = { request, theirs };
      const { kind, occurrence } = request.change;
      if (kind === "move" || occurrence === theirs.due_date) resolve(conflict, true); // nothing is lost
      else if (occurrence === undefined) conflicts.set([...conflicts.get(), conflict]);
      else {
        resolve(conflict, false); // it was about another occurrence than the current one
        onRejected({ request, problem: new Problem(412, { detail: "It was completed or moved on another device meanwhile, and is left as it is there." }) });
      }
    },
  });
  const lists = createLists(user.id, callAsUser);

  function refresh() {
    void loader.refresh();
    void lists.refresh();
  }

  /** @param {QueuedRequest} request @param {Task | null} task */
  function onSaved({ resource, ifMatch, change }, task) {
    if (task) successors.set(`${task.id} ${ifMatch ?? etagOf(0)}`, etagOf(task.revision));
    // The revisions of a user's tasks have no gaps: a missing one was made elsewhere.
    const missed = task && lastRevision && task.revision > lastRevision + 1;
    lastRevision = task?.revision ?? 0;
    dispatch({ type: "saved", id: resource, change, task });
    if (task && change.occurrence !== undefined) onAdvanced(change, task);
    tabs?.postMessage("changed");
    void lists.refresh();
    const { order, added, tasks } = state.get();
    // Only the server knows whether and where the list has a task that was not in it, and what subtasks have become.
    const unlisted = task && !order.includes(task.id) && !added.includes(task.id);
    if (missed || unlisted || (task && descendants(tasks.values(), task.id).length)) void loader.refresh();
  }

  /**
   * @param {TaskChange["kind"]} kind
   * @param {Pick<Task, "id" | "title" | "revision"> & Partial<Task>} task as it was shown
   * @param {Fields} [fields]
   * @param {Anchor} [anchor]
   */
  function enqueue(kind, task, fields = {}, anchor) {
    const id = currentId(task.id);
    const isCommand = kind === "complete" || kind === "skip" || kind === "move";
    const occurrence = isCommand && kind !== "move" && task.recurrence ? task.due_date : undefined;
    const change = { kind, fields, title: task.title, anchor, occurrence };
    const target = kind === "add" ? undefined : `${base}/${id}`;
    const ifMatch = target && (task.revision < 0 ? ANY : latestEtag(id, etagOf(task.revision)));
    const request = {
      id: randomKey(), key: randomKey(), resource: id, method: METHODS[kind], path: `${target ?? base}${isCommand ? `/${kind}` : ""}`,
      target, body: kind === "remove" || kind === "skip" ? undefined : JSON.stringify({ ...fields, ...anchor }), ifMatch, held: kind === "remove",
      sent: false, change,
    };
    outbox.add(request);
    dispatch({ type: "changed", id, change });
    return request;
  }

  /** @param {string} id an id or the temporary id of a task added here */
  function currentId(id) {
    const renamed = Array.from(state.get().aliases).find(([, temporary]) => temporary === id);
    return renamed ? renamed[0] : id;
  }

  /**
   * What was changed here since a task was shown is no conflict.
   * @param {string} id
   * @param {string} etag
   * @returns {string}
   */
  function latestEtag(id, etag) {
    const next = successors.get(`${id} ${etag}`);
    return next && next !== etag ? latestEtag(id, next) : etag;
  }

  /** @param {Conflict} conflict @param {boolean} mine whether the change made here is applied */
  function resolve(conflict, mine) {
    const { request, theirs } = conflict;
    conflicts.set(conflicts.get().filter((other) => other !== conflict));
    dispatch({ type: "received", task: theirs });
    if (mine) outbox.overwrite(request.id, etagOf(theirs.revision));
    else outbox.drop(request.resource);
  }

  /**
   * A write that does not wait in the outbox, and after which everything is loaded again. Repeating it after an error is
   * the same request to the server.
   * @param {string} method
   * @param {string} path below the user's
   * @param {object} [body]
   */
  async function command(method, path, body) {
    const name = JSON.stringify([method, path, body]);
    if (name !== lastCommand.name) lastCommand = { name, key: randomKey() };
    const response = await callAsUser(method, `/api/${user.id}/${path}`, { body, key: lastCommand.key });
    lastCommand = { name: "", key: "" };
    dispatch({ type: "restored" });
    tabs?.postMessage("changed");
    refresh();
    return response.body;
  }

  /** Sends held deletions while the page is being closed; there is no time to renew a token. */
  function flush() {
    const token = tokenInMemory(user.id);
    if (!token) return;
    outbox.flush(({ method, path, key, ifMatch }) => {
      send(method, path, { key, ifMatch, token, keepalive: true }).catch(() => null);
    });
  }

  function refreshIfVisible() {
    if (document.visibilityState === "visible" && loader.age() > FRESH_MILLISECONDS) refresh();
  }

  const unsubscribe = offline.subscribe(() => {
    if (offline.get()) return;
    outbox.wake();
    refresh();
  });
  const timer = setInterval(refreshIfVisible, POLL_MILLISECONDS);
  const stopped = new AbortController();
  const { signal } = stopped;
  tabs?.addEventListener("message", refresh);
  document.addEventListener("visibilitychange", refreshIfVisible, { signal });
  addEventListener("pagehide", flush, { signal });
  addEventListener("pageshow", outbox.wake, { signal });

  return {
    state,
    conflicts,
    /** Changes that the server has not confirmed. */
    requests: outbox.requests,
    show: loader.show,
    loadMore: loader.loadMore,
    /** @param {Fields} fields */
    add: (fields) => enqueue("add", { id: `new-${randomKey()}`, title: fields.title ?? "", revision: 0 }, fields),
    /**
     * @param {Task} task as it was shown
     * @param {Fields} fields what is to be different
     */
    change: (task, fields) => void enqueue("change", task, fields),
    /** Completes a task and its subtasks, or reopens it alone; of a recurring task the current occurrence. @param {Task} task @param {boolean} completed */
    complete(task, completed) {
      enqueue("complete", task, { completed });
      setTimeout(() => dispatch({ type: "settled", id: currentId(task.id) }), LINGER_MILLISECONDS);
    },
    /** Makes the next occurrence of a recurring task the current one. @param {Task} task */
    skip: (task) => void enqueue("skip", task),
    preview: createPreview(user.id, callAsUser),
    /** Hides a task; it is deleted by `release`, unless `withdraw` comes first. @param {Task} task */
    remove: (task) => enqueue("remove", task),
    release: outbox.release,
    withdraw: outbox.withdraw,
    resolve,
    /** The lists of the user, and what is open in them. */
    overview: lists.overview,
    /** Moves a task; its subtasks go with it. @param {Task} task @param {Move} move */
    move: (task, { fields, anchor }) => void enqueue("move", task, fields, anchor),
    command,
    read: callAsUser,
    discard: outbox.discard,
    forget: outbox.forget,
    stop() {
      loader.stop();
      outbox.stop();
      unsubscribe();
      clearInterval(timer);
      tabs?.close();
      stopped.abort();
    },
  };
}
