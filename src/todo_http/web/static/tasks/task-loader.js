// Loads the pages of a list of tasks, and loads them again when they may have changed.

import { NoResponse, Problem } from "../api.js";
import { isSameList, listAddress } from "./query.js";

/** @import { Query, Send, TaskEvent, TaskState } from "../types.js" */

const FIRST_PAGE = 100;
const NEXT_PAGE = 250;
const PAGE_MAX = 1000;
const ROUNDS_MAX = 4;

/** A list in manual order is loaded as a whole if possible: a subtask may come long before its parent. @param {Query} query */
const firstPage = ({ sort }) => (sort === "position" ? PAGE_MAX : FIRST_PAGE);

/**
 * @param {string} owner the id of the user
 * @param {Send} send
 * @param {() => TaskState} getState
 * @param {(event: TaskEvent) => void} dispatch
 */
export function createTaskLoader(owner, send, getState, dispatch) {
  let current = new AbortController();
  let loadingMore = false;
  let loadedAt = 0;

  /**
   * Reads a page; again if a change was saved meanwhile, which the page may or may not include.
   * @param {string} address
   * @param {AbortSignal} signal
   * @param {string | null} [ifNoneMatch]
   */
  async function readPage(address, signal, ifNoneMatch = null) {
    for (let round = 1; ; round += 1) {
      const { responses } = getState();
      const page = await send("GET", address, { signal, ifNoneMatch });
      if (responses === getState().responses || round === ROUNDS_MAX) return page;
    }
  }

  /** @param {Query} query */
  async function show(query) {
    const state = getState();
    dispatch({ type: "loading", query, keep: state.status === "ready" && isSameList(query, state.query) });
    current.abort();
    current = new AbortController();
    const { signal } = current;
    try {
      const { body, next, etag } = await readPage(listAddress(owner, query, firstPage(query)), signal);
      loadedAt = Date.now();
      dispatch({ type: "loaded", tasks: body, next, etag, more: false });
    } catch (error) {
      if (!signal.aborted) dispatch({ type: "failed", problem: /** @type {Error} */ (error) });
    }
  }

  /** Loads the next page, unless there is none or it is being loaded. */
  async function loadMore() {
    const address = getState().next?.replace(/limit=\d+/, `limit=${NEXT_PAGE}`);
    if (loadingMore || !address) return;
    loadingMore = true;
    const { signal } = current;
    try {
      const { body, next, etag } = await readPage(address, signal);
      if (!signal.aborted) dispatch({ type: "loaded", tasks: body, next, etag, more: true });
    } catch (error) {
      if (!(error instanceof NoResponse) && !signal.aborted) dispatch({ type: "failed", problem: /** @type {Error} */ (error) });
    } finally {
      loadingMore = false;
    }
  }

  /** Loads as much as there is now, without disturbing what is shown meanwhile. */
  async function refresh() {
    const { status, query } = getState();
    if (status !== "ready") return show(query);
    const { signal } = current;
    loadedAt = Date.now();
    try {
      const list = await readAgain(getState(), signal);
      if (list && getState().query === query) dispatch({ type: "loaded", ...list, more: false });
    } catch (error) {
      const expected = error instanceof NoResponse || error instanceof Problem || signal.aborted;
      if (!expected) throw error;
    }
  }

  /** @param {TaskState} state @param {AbortSignal} signal */
  async function readAgain({ query, order, etag }, signal) {
    const size = Math.min(PAGE_MAX, Math.max(firstPage(query), order.length));
    const first = await readPage(listAddress(owner, query, size), signal, order.length <= firstPage(query) ? etag : null);
    if (first.status === 304) return null;
    const tasks = first.body;
    let { next } = first;
    while (next && tasks.length < order.length) {
      const page = await readPage(next, signal);
      tasks.push(...page.body);
      next = page.next;
    }
    return { tasks, next, etag: first.etag };
  }

  return {
    show,
    loadMore,
    refresh,
    /** Milliseconds since the list was loaded. */
    age: () => Date.now() - loadedAt,
    stop: () => current.abort(),
  };
}
