// The lists of the user and the numbers of open tasks, loaded again when they may have changed.

import { NoResponse, Problem } from "../api.js";
import { createStore } from "../store.js";

/** @import { Overview, Send } from "../types.js" */

/** @type {Overview} */
const EMPTY = { ready: false, lists: [], counts: { inbox: 0, lists: {}, tags: {} } };

/**
 * @param {string} owner the id of the user
 * @param {Send} send
 */
export function createLists(owner, send) {
  const overview = createStore(EMPTY);
  /** By path, the latest response. @type {Map<string, { etag: string | null, body: any }>} */
  const known = new Map();
  let running = false;
  let again = false;

  /** @param {string} path */
  async function read(path) {
    const before = known.get(path);
    const { status, body, etag } = await send("GET", `/api/${owner}/${path}`, { ifNoneMatch: before?.etag });
    if (before && status === 304) return before.body;
    known.set(path, { etag, body });
    return body;
  }

  /** Loads both; once more if it is called again meanwhile. */
  async function refresh() {
    again = running;
    if (running) return;
    running = true;
    try {
      const [lists, counts] = [await read("lists"), await read("counts")];
      const before = overview.get();
      if (!before.ready || before.lists !== lists || before.counts !== counts) overview.set({ ready: true, lists, counts });
    } catch (error) {
      if (!(error instanceof NoResponse || error instanceof Problem)) throw error;
    } finally {
      running = false;
    }
    if (again) await refresh();
  }

  void refresh();
  return { overview, refresh };
}
