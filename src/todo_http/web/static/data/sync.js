// Keeps the local copy current: a snapshot, then the changes since, then the stream of events. One tab does so for all.

import { NoResponse, Problem } from "../api.js";
import { offline } from "../connection.js";
import { openStream } from "../session.js";
import { createStore } from "../store.js";
import { applyChanges, emptyCopy, trim } from "./copy.js";
import { openDatabase } from "./database.js";
import { createEventParser } from "./event-stream.js";

/** @import { Copy, FeedChange, Send, SyncStatus } from "../types.js" */

const SILENCE = 45_000; // milliseconds without anything, after which a stream is dead
const PAUSES = [1, 2, 5, 10, 20]; // seconds
const PAGE = 1000;

/**
 * @param {string} owner the id of the user
 * @param {Send} send
 * @param {() => void} onChange the copy has changed
 */
export function createSync(owner, send, onChange) {
  const status = createStore(/** @type {SyncStatus} */ ({ ready: false, live: false, problem: null }));
  const database = openDatabase(owner);
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`todo.sync.${owner}`) : null;
  const stopped = new AbortController();
  const { signal } = stopped;
  let copy = emptyCopy();
  /** The position in the feed that the copy has reached. @type {string | null} */
  let cursor = null;
  /** The number of the latest change of the feed in the copy. */
  let reached = 0;
  /** @type {Map<string, number>} */
  const deleted = new Map();
  let leads = false;
  /** How often the database was read, or is being read. */
  let loads = 0;
  let failures = 0;
  let loading = false;
  let wake = () => {};

  const lost = () => {
    throw new NoResponse();
  };
  const report = (/** @type {Partial<SyncStatus>} */ change) => status.set({ ...status.get(), ...change });

  /**
   * Stores things as they are in the copy, also those that it had before: a response may have told of them while another tab led.
   * @param {Pick<FeedChange, "entity" | "id">[]} things
   * @param {string | null} position
   */
  function save(things, position) {
    const known = things.filter(({ entity }) => entity in copy);
    return database.save(known.map(({ entity, id }) => ({ entity, id, value: copy[entity].get(id) ?? null })), position, reached);
  }

  /** Applies the next changes of the feed. @param {FeedChange[]} changes @param {string} position */
  function apply(changes, position) {
    const from = cursor;
    cursor = position;
    reached = changes.reduce((most, { seq }) => Math.max(most, seq), reached);
    if (applyChanges(copy, changes, deleted).length) onChange();
    if (!leads || (!changes.length && position === from)) return;
    const message = { changes, from, cursor, reached };
    void save(changes, position).then(() => tabs?.postMessage(message)); // a tab that has missed something finds it in the database
  }

  /** Applies what a response has told, unless the feed has told it before. @param {FeedChange[]} changes */
  function applyEarly(changes) {
    if (!applyChanges(copy, changes.filter(({ seq }) => seq > reached), deleted).length) return;
    if (leads) void save(changes, null);
    onChange();
  }

  /** Reads the database. @returns {Promise<boolean>} false if it cannot be read */
  async function load() {
    const number = (loads += 1);
    loading = true;
    const found = await database.load().catch(() => undefined);
    if (number !== loads || signal.aborted) return true;
    loading = false;
    if (!found) return found === null;
    ({ copy, cursor, reached } = found);
    report({ ready: true });
    onChange();
    return true;
  }

  /** Reads what this tab has missed. If that was not stored, the tab reads the feed for itself. @param {number} needed the number of a change */
  async function catchUpFromDatabase(needed) {
    await load();
    if (!loading && reached < needed) void work();
  }

  async function takeSnapshot() {
    const taken = emptyCopy();
    let position = "";
    for (let path = /** @type {string | null} */ (`/api/${owner}/snapshot?limit=${PAGE}`); path;) {
      const { body, next } = await send("GET", path, { signal, seconds: 60 });
      const things = /** @type {Map<string, any> | undefined} */ (taken[/** @type {keyof Copy} */ (body.entity)]);
      for (const item of body.items) things?.set(item.id, item);
      position = body.cursor;
      path = next;
    }
    reached = 0;
    for (const things of Object.values(taken)) for (const { revision } of things.values()) reached = Math.max(reached, revision);
    trim(taken);
    [copy, cursor] = [taken, position];
    deleted.clear();
    await database.replace(copy, position, reached);
    tabs?.postMessage({ replaced: true, reached });
    report({ ready: true });
    onChange();
  }

  async function catchUp() {
    for (let more = true; more;) {
      const { body } = await send("GET", `/api/${owner}/changes?cursor=${encodeURIComponent(cursor ?? "")}&limit=${PAGE}`, { signal });
      apply(body.changes, body.cursor);
      more = body.more;
    }
  }

  /** Reads events until the stream ends. Returns the milliseconds to wait before the next one. */
  async function follow() {
    const stream = new AbortController();
    const end = () => stream.abort();
    signal.addEventListener("abort", end);
    let silence = setTimeout(end, SILENCE);
    const parser = createEventParser();
    try {
      const response = await openStream("/api/events", owner, { "Last-Event-ID": cursor ?? "" }, stream.signal);
      report({ live: true, problem: null });
      const reader = /** @type {ReadableStream} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();
      const next = () => reader.read().catch(lost);
      for (let piece = await next(); !piece.done; piece = await next()) {
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE);
        const events = parser.push(piece.value);
        if (events.some(({ type }) => type === "reset")) throw new Problem(410);
        failures = 0;
        const changes = events.filter(({ type }) => type.endsWith("_refresh")).map(({ data }) => JSON.parse(data));
        if (changes.length) apply(changes, parser.id());
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener("abort", end);
      report({ live: false });
    }
    return parser.retry() || 1000;
  }

  /** The work of the tab that leads, as long as it lives. */
  async function lead() {
    leads = true;
    if (!status.get().ready) await load();
    loads += 1; // what is still being read may be behind
    loading = false;
    void save(trim(copy), null);
    while (!signal.aborted) {
      let delay = 0;
      try {
        if (!cursor) await takeSnapshot();
        await catchUp();
        report({ problem: null });
        delay = await follow();
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Problem ? error : null;
        const isLost = cursor && (problem?.status === 410 || problem?.status === 400); // expired, or damaged
        if (isLost) cursor = null;
        else report({ problem });
        if (!problem && !(error instanceof NoResponse)) console.error(error);
        if (problem?.status === 401) return; // the session has ended
        if (!isLost || failures) delay = Math.max(PAUSES[Math.min(failures, 4)] * 1000, (problem?.retryAfter ?? 0) * 1000);
        failures += 1;
      }
      await pause(delay * (0.75 + Math.random() / 2));
    }
  }

  /** @param {number} milliseconds */
  function pause(milliseconds) {
    return new Promise((resolve) => {
      wake = () => resolve(undefined);
      setTimeout(wake, milliseconds);
    });
  }

  const work = () => (leads || signal.aborted ? undefined : lead().catch((error) => void (signal.aborted || console.error(error))));

  tabs?.addEventListener("message", ({ data }) => {
    if (data.changes && !data.cursor) applyEarly(data.changes);
    else if (leads) return; // it reads the feed itself
    else if (data.replaced || loading || data.from !== cursor) void catchUpFromDatabase(data.reached);
    else apply(data.changes, data.cursor);
  });
  const unsubscribe = offline.subscribe(() => {
    if (!offline.get()) wake();
  });
  const wakeIfVisible = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", wakeIfVisible, { signal });
  void load().then((isStored) => (navigator.locks && isStored ? navigator.locks.request(`todo.sync.${owner}`, { signal }, work).then(() => undefined) : work()))
    .catch(() => null); // stopped while it waited for the lock

  return {
    status,
    /** Tries again at once. */
    retry: () => wake(),
    /** @returns {Copy} */
    copy: () => copy,
    /** Whether the feed has told of a change: then the copy is at least as new as a response about it. @param {number} seq */
    told: (seq) => seq <= reached,
    /** Applies what the server has just returned, before the feed tells of it. @param {FeedChange[]} changes */
    apply(changes) {
      applyEarly(changes);
      tabs?.postMessage({ changes });
    },
    /** Keeps what was read, unless it is known to be deleted. @param {FeedChange} thing */
    keep(thing) {
      if (!applyChanges(copy, [thing], deleted).length) return;
      if (leads) void save([thing], null);
      onChange();
    },
    /** The local copy has been changed in place, as the server has changed it. @param {Pick<FeedChange, "entity" | "id">[]} things */
    touched(things) {
      if (leads) void save(things, null);
      onChange();
    },
    stop() {
      stopped.abort();
      unsubscribe();
      tabs?.close();
      wake();
      return database.close();
    },
  };
}
