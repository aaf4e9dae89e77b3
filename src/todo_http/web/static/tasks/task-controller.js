// The tasks of whoever is signed in: loads them, takes changes, and tells the views when there is something new to show.

import { NoAnswer, Problem, randomKey, send } from "../api.js";
import { onConnection } from "../connection.js";
import { call, tokenAtHand } from "../session.js";
import { createOutbox } from "./outbox.js";
import { addressOf } from "./query.js";
import { empty, reduce } from "./task-state.js";

/** @import { Conflict, Fields, Query, Refusal, Task, TaskEvent, User, Write } from "../types.js" */
/** @typedef {ReturnType<typeof createBoard>} Board */

const FIRST_PAGE = 100;
const NEXT_PAGE = 250;
const LINGER_MILLISECONDS = 1000;
const LOOK_AGAIN_SECONDS = 60;

/**
 * @param {User} user
 * @param {{ refused: (refusal: Refusal) => void }} ask
 */
export function createBoard(user, ask) {
  let state = empty();
  let settled = 0;
  let latest = 0; // the revision that this tab's last write has made
  let lookedAt = 0;
  /** @type {AbortController | null} */
  let loading = null;
  let loadingMore = false;
  /** @type {Conflict[]} */
  let conflicts = [];
  /** @type {Map<string, number>} the revision that a change made here has turned an earlier one into, by id and that one */
  const successors = new Map();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`todo.tasks.${user.id}`) : null;

  const notify = () => listeners.forEach((listener) => listener());
  /** @param {TaskEvent} event */
  const dispatch = (event) => {
    state = reduce(state, event);
    notify();
  };

  // What was begun for this user is never finished in the name of the next one.
  const callAsUser = (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ options) =>
    call(method, path, { ...options, owner: user.id });

  const outbox = createOutbox(user.id, callAsUser, {
    found: (write) => dispatch({ type: "wanted", write }),
    done(write, task) {
      settled += 1;
      if (task) successors.set(`${task.id} ${write.seen}`, task.revision);
      // Revisions number all changes of a person without gaps: between two of this tab there was one from elsewhere.
      const skipped = task && latest && task.revision > latest + 1;
      latest = task?.revision ?? 0;
      dispatch({ type: "done", write, task });
      tabs?.postMessage("changed");
      // Brought back, or changed on a page of its own: whether the list has it, and where, the server knows.
      const unplaced = task && !state.order.includes(task.id) && !state.fresh.includes(task.id);
      if (skipped || unplaced) void refresh();
    },
    conflict(write, theirs) {
      conflicts = [...conflicts, { write, theirs }];
      notify();
    },
    refused(write, problem) {
      const gone = problem.status === 404;
      dispatch(gone ? { type: "vanished", id: write.id } : { type: "withdrawn", write });
      ask.refused({ write, problem });
    },
    changed: notify,
  });

  /**
   * A page, asked for again when a write was answered meanwhile: the page may have been read before it or after it.
   * @param {string} address
   * @param {AbortSignal} signal
   * @param {string | null} [ifNoneMatch]
   */
  async function page(address, signal, ifNoneMatch = null) {
    for (let round = 0; ; round += 1) {
      const before = settled;
      const answer = await callAsUser("GET", address, { signal, ifNoneMatch });
      if (before === settled || round === 3) return answer;
    }
  }

  /** @param {Query} query */
  async function show(query) {
    const { q: _, priority: __, sort: ___, ...kind } = query;
    const { q: _4, priority: _5, sort: _6, ...shown } = state.query;
    const keep = state.status === "ready" && JSON.stringify(kind) === JSON.stringify(shown);
    dispatch({ type: "asked", query, keep });
    loading?.abort();
    const { signal } = (loading = new AbortController());
    try {
      const { body, next, etag } = await page(addressOf(user.id, query, FIRST_PAGE), signal);
      lookedAt = Date.now();
      dispatch({ type: "listed", tasks: body, next, etag, more: false });
    } catch (error) {
      if (!signal.aborted) dispatch({ type: "failed", problem: /** @type {Error} */ (error) });
    }
  }

  /** The next page, when there is one and it is not on its way. */
  async function more() {
    if (loadingMore || !state.next || !loading) return;
    loadingMore = true;
    const { signal } = loading;
    try {
      const address = state.next.replace(/limit=\d+/, `limit=${NEXT_PAGE}`);
      const { body, next, etag } = await page(address, signal);
      if (!signal.aborted) dispatch({ type: "listed", tasks: body, next, etag, more: true });
    } catch (error) {
      if (!(error instanceof NoAnswer) && !signal.aborted) dispatch({ type: "failed", problem: /** @type {Error} */ (error) });
    } finally {
      loadingMore = false;
    }
  }

  /** Look whether something has changed elsewhere, and bring what is loaded up to date without disturbing anybody. */
  async function refresh() {
    if (state.status !== "ready" || !loading) return show(state.query);
    const { signal } = loading;
    const { query, etag, order } = state;
    lookedAt = Date.now();
    const size = Math.min(1000, Math.max(FIRST_PAGE, order.length));
    const onlyIfNew = order.length <= FIRST_PAGE ? etag : null;
    try {
      const first = await page(addressOf(user.id, query, size), signal, onlyIfNew);
      if (first.status === 304) return;
      let { body: tasks, next } = first;
      while (next && tasks.length < order.length) {
        const following = await page(next, signal);
        tasks = [...tasks, ...following.body];
        next = following.next;
      }
      if (state.query === query) dispatch({ type: "listed", tasks, next, etag: first.etag, more: false });
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Problem) && !signal.aborted) throw error;
    }
  }

  /** @param {Omit<Write, "key">} wanted */
  function put(wanted) {
    const write = { key: randomKey(), ...wanted, id: current(wanted.id) };
    // What was changed here since then is no surprise to this person.
    for (let after; (after = successors.get(`${write.id} ${write.seen}`)) && after !== write.seen;) write.seen = after;
    dispatch({ type: "wanted", write });
    outbox.put(write);
    return write;
  }

  const onVisible = () => {
    if (document.visibilityState === "visible" && Date.now() - lookedAt > 5000) void refresh();
  };
  const onPageHide = () => outbox.leave((method, path, options) => {
    const token = tokenAtHand(user.id);
    if (token) send(method, path, { ...options, token }).catch(() => null);
  });
  const endConnection = onConnection((offline) => {
    notify();
    if (!offline) {
      outbox.wake();
      void refresh();
    }
  });
  const timer = setInterval(onVisible, LOOK_AGAIN_SECONDS * 1000);
  tabs?.addEventListener("message", () => void refresh());
  document.addEventListener("visibilitychange", onVisible);
  addEventListener("pagehide", onPageHide);
  addEventListener("pageshow", outbox.wake);

  return {
    state: () => state,
    conflicts: () => conflicts,
    waiting: outbox.waiting,
    writes: outbox.writes,
    show,
    more,
    refresh,
    /** @param {() => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** @param {Fields} fields */
    add: (fields) => put({ kind: "add", id: `new-${randomKey()}`, fields, seen: 0, title: fields.title ?? "" }),
    /**
     * @param {Task} task as it was shown
     * @param {Fields} fields what is to be different
     */
    change(task, fields) {
      const write = put({ kind: "change", id: task.id, fields, seen: task.revision, title: task.title });
      if (fields.completed !== undefined) setTimeout(() => dispatch({ type: "settled", id: current(task.id) }), LINGER_MILLISECONDS);
      return write;
    },
    /** Take a task out of sight; it is removed for good by `release`, unless `keep` comes first. @param {Task} task */
    remove: (task) => put({ kind: "remove", id: task.id, fields: {}, seen: task.revision, title: task.title, held: true }),
    /** @param {Write} write that removes a task; false when it is too late */
    keep(write) {
      const kept = outbox.withdraw(write);
      if (kept) dispatch({ type: "withdrawn", write });
      return kept;
    },
    release: outbox.release,
    /**
     * @param {Conflict} conflict
     * @param {boolean} mine
     */
    resolve(conflict, mine) {
      conflicts = conflicts.filter((other) => other !== conflict);
      dispatch({ type: "seen", task: conflict.theirs });
      for (const write of outbox.resolve(conflict.write, conflict.theirs, mine)) dispatch({ type: "withdrawn", write });
    },
    discard: outbox.discard,
    stop() {
      loading?.abort();
      outbox.stop();
      endConnection();
      clearInterval(timer);
      tabs?.close();
      document.removeEventListener("visibilitychange", onVisible);
      removeEventListener("pagehide", onPageHide);
      removeEventListener("pageshow", outbox.wake);
    },
  };

  /** @param {string} id the name that a task had when it was new, or its id */
  function current(id) {
    for (const [real, name] of state.aliases) if (name === id) return real;
    return id;
  }
}
