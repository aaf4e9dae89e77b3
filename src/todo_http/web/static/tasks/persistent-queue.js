// A queue of writes in this browser's storage. Each tab has its own; when a tab is gone, one of the others takes it over.

import { randomKey } from "../api.js";

/** @import { Write } from "../types.js" */

const PREFIX = "todo.writes.";
const CLOSED = "todo.closed";

/** The queues of this page that are in use. @type {Set<{ owner: string, forget: () => void }>} */
const queues = new Set();

/**
 * Forget all writes of a user, in every tab: the account has been closed.
 * @param {string} owner
 */
export function forgetWrites(owner) {
  forgetHere(owner);
  localStorage.setItem(CLOSED, owner); // the other tabs hear of it, and so it need not stay
  localStorage.removeItem(CLOSED);
}

/** @param {string} owner */
function forgetHere(owner) {
  for (const queue of queues) if (queue.owner === owner) queue.forget();
  sessionStorage.removeItem(PREFIX + owner);
  for (const place of Object.keys(localStorage)) {
    if (place.startsWith(PREFIX) && read(place)?.owner === owner) localStorage.removeItem(place);
  }
}

addEventListener("storage", (event) => {
  if (event.key === CLOSED && event.newValue) forgetHere(event.newValue);
});

/**
 * @param {string} owner only writes of this user are taken over
 * @param {(write: Write) => void} found told of each write that is taken over
 */
export function keepQueue(owner, found) {
  const home = PREFIX + tabName(owner);
  /** @type {Write[]} */
  let writes = [];
  let release = () => {};
  let released = false;
  const watched = new Set([home]);

  const save = () => {
    if (released && localStorage.getItem(home) === null) return; // taken over by another tab, or forgotten
    if (writes.length) localStorage.setItem(home, JSON.stringify({ owner, writes }));
    else localStorage.removeItem(home);
  };

  /** @param {string} other the place of another tab's queue */
  const adopt = (other) => {
    const left = read(other);
    if (released || left?.owner !== owner) return;
    if (other !== home) localStorage.removeItem(other);
    const news = left.writes.filter((write) => !writes.some((mine) => mine.key === write.key));
    writes = [...news.map((write) => ({ ...write, held: false })), ...writes];
    save();
    news.forEach(found);
  };

  /** @param {string | null} other */
  const watch = (other) => {
    if (!other?.startsWith(PREFIX) || watched.has(other) || !navigator.locks) return;
    watched.add(other);
    // The lock is free as soon as the tab that had it is gone, however it went.
    void navigator.locks.request(other, () => adopt(other)).then(() => watched.delete(other));
  };

  const onStorage = (/** @type {StorageEvent} */ event) => void (event.newValue && watch(event.key));
  // A lock says that this tab lives. Without locks a tab still finds what it left itself before a reload.
  void navigator.locks?.request(home, () => new Promise((resolve) => (release = () => resolve(null))));
  queueMicrotask(() => {
    adopt(home);
    Object.keys(localStorage).forEach(watch);
  });
  const onPageShow = (/** @type {PageTransitionEvent} */ event) => {
    // What was taken over or forgotten while this page was put aside is no longer its own.
    if (event.persisted && localStorage.getItem(home) === null) writes = [];
  };
  addEventListener("storage", onStorage);
  addEventListener("pageshow", onPageShow);

  const leave = () => {
    released = true;
    queues.delete(inUse);
    removeEventListener("storage", onStorage);
    removeEventListener("pageshow", onPageShow);
    release();
  };
  const forget = () => {
    writes = [];
    leave();
  };
  const inUse = { owner, forget };
  queues.add(inUse);

  return {
    save,
    writes: () => writes,
    /** @param {Write} write */
    has: (write) => writes.some((other) => other.key === write.key),
    /** @param {Write} write */
    add(write) {
      writes = [...writes, write];
      save();
    },
    /** @param {(write: Write) => boolean} which */
    drop(which) {
      writes = writes.filter((write) => !which(write));
      save();
    },
    release: leave,
  };
}

/**
 * With locks each page has a queue of its own; else the user's one that survives a reload of the tab.
 * @param {string} owner
 */
function tabName(owner) {
  if (navigator.locks) return randomKey();
  const name = sessionStorage.getItem(PREFIX + owner) ?? randomKey();
  sessionStorage.setItem(PREFIX + owner, name);
  return name;
}

/**
 * @param {string} place
 * @returns {{ owner: string, writes: Write[] } | null}
 */
function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "null");
  } catch {
    return null;
  }
}
