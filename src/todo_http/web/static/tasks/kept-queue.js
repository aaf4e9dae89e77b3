// A queue of writes in this browser's storage. Each tab has its own; when a tab is gone, one of the others takes it over.

import { randomKey } from "../api.js";

/** @import { Write } from "../types.js" */

const PREFIX = "todo.writes.";

/**
 * @param {string} owner only writes of this user are taken over
 * @param {(write: Write) => void} found told of each write that is taken over
 */
export function keepQueue(owner, found) {
  const tab = tabName();
  const home = PREFIX + tab;
  /** @type {Write[]} */
  let writes = [];
  let release = () => {};
  let released = false;
  const watched = new Set([home]);

  const save = () => {
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
  addEventListener("storage", onStorage);

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
    release() {
      released = true;
      removeEventListener("storage", onStorage);
      release();
    },
  };
}

/** With locks each page has a queue of its own; else the one that survives a reload of the tab. */
function tabName() {
  if (navigator.locks) return randomKey();
  const name = sessionStorage.getItem(PREFIX) ?? randomKey();
  sessionStorage.setItem(PREFIX, name);
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
