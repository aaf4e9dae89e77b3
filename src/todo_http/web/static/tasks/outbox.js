// Requests that wait for a response: sent one at a time, repeated until there is one, and kept over reloads.

import { NoResponse, Problem, randomKey } from "../api.js";
import { createPersistentQueue } from "./persistent-queue.js";

/** @import { OutboxHandlers, QueuedRequest, Send } from "../types.js" */

const LONGEST_PAUSE = 20_000;
const FOREVER = 2 ** 30;

/**
 * @param {string} owner the id of the user
 * @param {Send} send
 * @param {OutboxHandlers} handlers
 */
export function createOutbox(owner, send, handlers) {
  /** The ids of requests in conflict. @type {Set<string>} */
  const conflicts = new Set();
  let stopped = false;
  /** Ends the current pause. */
  let wake = () => {};
  const queue = createPersistentQueue(owner, (request) => {
    handlers.restored(request);
    wake();
  });
  const { requests } = queue;
  const withId = (/** @type {string} */ id) => (/** @type {QueuedRequest} */ request) => request.id === id;
  const find = (/** @type {string} */ id) => requests.get().find(withId(id));

  /** @param {(request: QueuedRequest) => boolean} condition */
  function remove(condition) {
    queue.set(requests.get().filter((request) => !condition(request)));
  }

  /** @param {(request: QueuedRequest) => boolean} condition @param {Partial<QueuedRequest>} changes */
  function update(condition, changes) {
    queue.set(requests.get().map((request) => (condition(request) ? { ...request, ...changes } : request)));
  }

  async function run() {
    while (!stopped) {
      const next = nextRequest(requests.get(), conflicts);
      if (next) await deliver(next.id);
      else await pause(FOREVER);
    }
  }

  /** @param {string} id */
  async function deliver(id) {
    update(withId(id), { sent: true });
    for (let attempt = 0; !stopped; attempt += 1) {
      const request = find(id);
      if (!request) return;
      const delay = await attemptOnce(request, attempt);
      if (delay === 0) return;
      await pause(delay);
    }
  }

  /**
   * The milliseconds after which to try again; 0 when there is nothing more to do.
   * @param {QueuedRequest} request
   * @param {number} attempt
   */
  async function attemptOnce(request, attempt) {
    const { method, path, body, key, ifMatch } = request;
    let response;
    try {
      response = await send(method, path, { text: body, key, ifMatch });
    } catch (error) {
      return retryDelay(error, attempt) || settleFailure(request, /** @type {Problem} */ (error));
    }
    succeed(request, response.body);
    return 0;
  }

  /** @param {QueuedRequest} request @param {Problem} problem */
  async function settleFailure(request, problem) {
    const { status } = problem;
    if (status === 412) return resolveConflict(request);
    if (status === 401) stopped = true; // the queue is kept until its owner is back
    else if (status === 404 && request.method === "DELETE") succeed(request, null);
    else reject(request, problem);
    return 0;
  }

  /** @param {QueuedRequest} request */
  async function resolveConflict(request) {
    let current;
    try {
      current = (await send("GET", request.target ?? request.path, {})).body;
    } catch (error) {
      return error instanceof NoResponse ? 1000 : 5000; // the next attempt gets its 412, or 404, again
    }
    if (handlers.fulfilled(request, current)) {
      succeed(request, current);
    } else {
      conflicts.add(request.id);
      handlers.conflicted(request, current);
    }
    return 0;
  }

  /** @param {QueuedRequest} request @param {any} body */
  function succeed(request, body) {
    remove(withId(request.id));
    queue.set(requests.get().map((other) => (other.sent ? other : handlers.rebase(other, request.resource, body))));
    if (!stopped) handlers.succeeded(request, body);
  }

  /** @param {QueuedRequest} request @param {Problem} problem */
  function reject(request, problem) {
    const missing = (request.method === "POST" && !request.target) || problem.status === 404; // later requests about the resource would fail too
    remove(({ id, resource }) => id === request.id || (missing && resource === request.resource));
    handlers.rejected(request, problem);
  }

  /** @param {number} milliseconds */
  function pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  void run();
  return {
    requests,
    /** @param {QueuedRequest} request */
    add(request) {
      queue.set([...requests.get(), request]);
      wake();
    },
    /** Sends a request that was held back. @param {string} id */
    release(id) {
      update(withId(id), { held: false });
      wake();
    },
    /** Removes a request unless it has been sent; returns whether it did. @param {string} id */
    withdraw(id) {
      const unsent = find(id)?.sent === false;
      if (unsent) remove(withId(id));
      return unsent;
    },
    /** Resolves a conflict: sends the request again, over the current version. @param {string} id @param {string} ifMatch */
    overwrite(id, ifMatch) {
      conflicts.delete(id);
      update(withId(id), { key: randomKey(), ifMatch, sent: false });
      wake();
    },
    /** Resolves a conflict: removes all requests about the resource. @param {string} resource */
    drop(resource) {
      remove((request) => request.resource === resource);
      wake();
    },
    /**
     * Sends held deletions of a page that is being closed. They stay in the queue, to be repeated with the same key.
     * @param {(request: QueuedRequest) => void} sendAndForget
     */
    flush(sendAndForget) {
      const flushed = requests.get().filter((request, index, all) =>
        request.method === "DELETE" && !request.sent && all.findIndex(({ resource }) => resource === request.resource) === index);
      flushed.forEach(sendAndForget);
      update((request) => flushed.includes(request), { held: false, sent: true });
    },
    wake: () => wake(),
    discard: () => queue.set([]),
    forget: queue.forget,
    stop() {
      stopped = true;
      queue.close();
      wake();
    },
  };
}

/**
 * The first request that is neither held back nor in conflict nor behind such a one about the same resource.
 * @param {QueuedRequest[]} requests
 * @param {Set<string>} conflicts
 */
export function nextRequest(requests, conflicts) {
  const blocked = new Set();
  for (const request of requests) {
    if (blocked.has(request.resource)) continue;
    if (!request.held && !conflicts.has(request.id)) return request;
    blocked.add(request.resource);
  }
  return null;
}

/**
 * The milliseconds after which to repeat a failed request; 0 when repeating it is useless.
 * @param {unknown} error
 * @param {number} attempt
 */
export function retryDelay(error, attempt) {
  const backoff = Math.min(LONGEST_PAUSE, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);
  if (!(error instanceof Problem)) return backoff; // it may have had its effect
  const { status, code } = error;
  if (status === 429 || status === 503) return Math.max(backoff, error.retryAfter * 1000);
  if (status > 500 || code === "request-in-progress" || code === "conflict") return backoff;
  return status === 500 && attempt < 3 ? backoff : 0;
}
