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
  let leads = false;
  let wake = () => {};

  const lost = () => {
    throw new NoResponse();
  };
  const report = (/** @type {Partial<SyncStatus>} */ change) => status.set({ ...status.get(), ...change });

  /** @param {FeedChange[]} changes @param {string | null} position @param {boolean} [tell] whether the other tabs are told */
  function apply(changes, position, tell = leads) {
    const from = cursor;
    const applied = applyChanges(copy, changes);
    if (position) cursor = position;
    if (applied.length) onChange();
    if (!applied.length && position === from) return;
    // Stored first, so that a tab that has missed something finds it in the database.
    const stored = leads ? database.save(applied, position) : Promise.resolve();
    if (tell) void stored.then(() => tabs?.postMessage({ changes, from, cursor: position })); // this tab may have known some already
  }

  async function load() {
    const found = await database.load();
    if (!found || signal.aborted) return;
    ({ copy, cursor } = found);
    report({ ready: true });
    onChange();
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
    trim(taken);
    [copy, cursor] = [taken, position];
    await database.replace(copy, position);
    tabs?.postMessage({ replaced: true });
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
        const changes = events.filter(({ type }) => type.endsWith("_refresh")).map(({ data }) => JSON.parse(data));
        if (changes.length) apply(changes, parser.id());
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener("abort", end);
      report({ live: false });
    }
    return parser.retry();
  }

  /** The work of the tab that leads, as long as it lives. */
  async function lead() {
    leads = true;
    if (!status.get().ready) await load();
    void database.save(trim(copy).map((thing) => ({ ...thing, value: null })), null);
    for (let failures = 0; !signal.aborted;) {
      let delay = 0;
      try {
        if (!cursor) await takeSnapshot();
        await catchUp();
        report({ problem: null });
        delay = await follow();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && (error.status === 410 || error.status === 400)) cursor = null; // expired, or damaged
        else {
          if (!(error instanceof Problem || error instanceof NoResponse)) console.error(error);
          report({ problem: error instanceof Problem ? error : null });
          if (error instanceof Problem && error.status === 401) return; // the session has ended
          delay = Math.max(PAUSES[Math.min(failures, 4)] * 1000, (error instanceof Problem && error.retryAfter * 1000) || 0);
          failures += 1;
        }
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

  tabs?.addEventListener("message", ({ data }) => {
    const follows = !leads && data.cursor;
    if (data.replaced || (follows && data.from !== cursor)) void load();
    else apply(data.changes, follows ? data.cursor : null, false);
  });
  const unsubscribe = offline.subscribe(() => {
    if (!offline.get()) wake();
  });
  const wakeIfVisible = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", wakeIfVisible, { signal });
  void load().then(() => {
    const work = () => (signal.aborted ? undefined : lead().catch((error) => void (signal.aborted || console.error(error))));
    return navigator.locks ? navigator.locks.request(`todo.sync.${owner}`, { signal }, work).then(() => undefined) : work();
  }).catch(() => null); // stopped while it waited for the lock

  return {
    status,
    /** Tries again at once. */
    retry: () => wake(),
    /** @returns {Copy} */
    copy: () => copy,
    /** Applies what the server has just returned, before the feed tells of it. @param {FeedChange[]} changes */
    apply: (changes) => apply(changes, null, true),
    /** The local copy has been changed in place, as the server has changed it. @param {Pick<FeedChange, "entity" | "id">[]} things */
    touched(things) {
      if (leads) void database.save(things.map(({ entity, id }) => ({ entity, id, value: copy[entity].get(id) ?? null })), null);
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
