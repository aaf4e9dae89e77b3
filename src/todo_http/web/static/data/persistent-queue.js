// A queue in this browser's storage. Each tab has its own; when a tab is gone, another one takes over what it has left.

import { randomKey } from "../api.js";
import { createStore } from "../store.js";

/** @import { Browser, QueuedRequest } from "../types.js" */

const PREFIX = "todo.outbox.";
const TAB = "todo.tab";
const FORGET = "todo.forget";

/**
 * @param {string} owner the id of the user; only requests of this user are taken over
 * @param {(request: QueuedRequest) => void} onRestored called for each request that is taken over
 * @param {Browser} [browser]
 */
export function createPersistentQueue(owner, onRestored, browser = window) {
  const { localStorage, navigator: { locks } } = browser;
  const prefix = `${PREFIX}${owner}.`;
  const own = prefix + (locks ? randomKey() : tabName(browser.sessionStorage));
  const requests = createStore(/** @type {QueuedRequest[]} */ ([]));
  /** Whether the requests would survive the end of the page. */
  const stored = createStore(true);
  const watched = new Set([own]);
  let closed = false;
  let forgotten = false;
  let unlock = () => {};

  /** @param {QueuedRequest[]} next */
  function set(next) {
    const before = requests.get().length;
    requests.set(next);
    if (forgotten || (closed && before && localStorage.getItem(own) === null)) return; // taken over by another tab, or forgotten
    try {
      if (next.length) localStorage.setItem(own, JSON.stringify(next));
      else localStorage.removeItem(own);
      stored.set(true);
    } catch {
      stored.set(false); // the storage is full, or forbidden
    }
  }

  /** @param {string} key where the requests of a tab are stored */
  function takeOver(key) {
    const text = closed ? null : localStorage.getItem(key);
    if (!text) return;
    if (key !== own) localStorage.removeItem(key);
    const known = new Set(requests.get().map(({ id }) => id));
    const restored = parseRequests(text).filter(({ id }) => !known.has(id));
    set([...restored, ...requests.get()]);
    restored.forEach(onRestored);
  }

  /** @param {string} key */
  function watch(key) {
    if (!locks || !key.startsWith(prefix) || watched.has(key)) return;
    watched.add(key);
    // Granted as soon as the tab that holds it is gone, in whichever way.
    void locks.request(key, () => takeOver(key)).then(() => watched.delete(key));
  }

  /** @param {StorageEvent} event */
  function onStorage({ key, newValue }) {
    if (key && newValue) watch(key);
  }

  // Not removed by close(): this tab may learn that the session has ended before another one forgets the user.
  browser.addEventListener("storage", ({ key, newValue }) => {
    if (key === FORGET && newValue === owner) forgetHere();
  });

  /** @param {PageTransitionEvent} event */
  function onPageShow({ persisted }) {
    // Taken over or forgotten while this page was in the back/forward cache.
    if (persisted && localStorage.getItem(own) === null) requests.set([]);
  }

  /** Ends the use of the queue; what is stored stays. */
  function close() {
    closed = true;
    browser.removeEventListener("storage", onStorage);
    browser.removeEventListener("pageshow", onPageShow);
    unlock();
  }

  function forgetHere() {
    close();
    forgotten = true;
    requests.set([]);
    Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach((key) => localStorage.removeItem(key));
  }

  /** Removes all requests of the user from the storage, and closes the queues of the other tabs. */
  function forget() {
    forgetHere();
    localStorage.setItem(FORGET, owner); // for the event; the value need not stay
    localStorage.removeItem(FORGET);
  }

  // The lock shows that this tab is alive. Without locks a tab finds only its own requests, after a reload.
  void locks?.request(own, () => new Promise((resolve) => {
    unlock = () => resolve(undefined);
    if (closed) unlock();
  }));
  browser.addEventListener("storage", onStorage);
  browser.addEventListener("pageshow", onPageShow);
  queueMicrotask(() => {
    takeOver(own);
    Object.keys(localStorage).forEach(watch);
  });
  return { requests, stored, set, close, forget };
}

/** The number of requests of a user in the queues of all tabs. @param {string} owner */
export function countQueued(owner) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${owner}.`));
  return keys.reduce((count, key) => count + parseRequests(localStorage.getItem(key) ?? "[]").length, 0);
}

/** @param {Storage} sessionStorage */
function tabName(sessionStorage) {
  const name = sessionStorage.getItem(TAB) ?? randomKey();
  sessionStorage.setItem(TAB, name);
  return name;
}

/** @param {string} text @returns {QueuedRequest[]} */
function parseRequests(text) {
  try {
    return JSON.parse(text.replace(/new-(?=[0-9a-f]{8}-)/g, "")).map(migrated).filter((/** @type {QueuedRequest} */ { changes }) => changes[0].id);
  } catch {
    return [];
  }
}

/**
 * A request as it is written now, also from one of a version without a local copy.
 * @param {any} request
 * @returns {QueuedRequest}
 */
function migrated(request) {
  if (request.changes) return request;
  const { id, key, method, path, body, ifMatch, resource, change, sent } = request;
  return { id, key, changes: [{ entity: "task", id: resource, ...change }], sent: sent ? { method, path, body, ifMatch } : null };
}
