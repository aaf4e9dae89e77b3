// Requests that wait for a response: sent one at a time, repeated until there is one, and kept over reloads.

import { NoResponse, Problem, randomKey } from "../api.js";
import { createPersistentQueue } from "./persistent-queue.js";

/** @import { Change, OutboxHandlers, QueuedRequest, Send } from "../types.js" */

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
  const queue = createPersistentQueue(owner, () => wake());
  const { requests } = queue;
  const find = (/** @type {string} */ id) => requests.get().find((request) => request.id === id);

  /** Puts others, or none, in the place of a request. @param {string} id @param {QueuedRequest[]} others */
  function replace(id, ...others) {
    queue.set(requests.get().flatMap((request) => (request.id === id ? others : [request])));
  }

  /** @param {Change[]} changes @param {Partial<QueuedRequest>} [more] @returns {QueuedRequest} */
  const made = (changes, more) => ({ id: randomKey(), key: randomKey(), changes, sent: null, ...more });

  async function run() {
    while (!stopped) {
      const next = nextRequest(requests.get(), conflicts);
      if (!next) await pause(FOREVER);
      else {
        await deliver(next.id).catch((error) => {
          console.error(error);
          conflicts.add(next.id); // the others are sent; this one is kept for the next page
        });
      }
    }
  }

  /** @param {string} id */
  async function deliver(id) {
    for (let attempt = 0; !stopped; attempt += 1) {
      const request = find(id);
      if (!request) return;
      const delay = await attemptOnce(request).catch((error) => retryDelay(error, attempt) || settleFailure(request, error));
      if (delay === 0) return;
      await pause(delay);
    }
  }

  /**
   * The milliseconds after which to try again; 0 when there is nothing more to do.
   * @param {QueuedRequest} unsealed
   */
  async function attemptOnce(unsealed) {
    const request = unsealed.sent ? unsealed : await seal(unsealed);
    if (!request?.sent) return 0;
    const { method, path, body, ifMatch } = request.sent;
    const response = await send(method, path, { text: body, key: request.key, ifMatch });
    if (stopped) replace(request.id);
    else settle(request, response.body);
    return 0;
  }

  /** Removes a request that has taken effect, once the copy has that. @param {QueuedRequest} request @param {any} body */
  function settle(request, body) {
    try {
      handlers.succeeded(request, body);
    } catch (error) {
      console.error(error); // it must not be sent again
    }
    const others = requests.get().filter(({ id }) => id !== request.id);
    queue.set(others.map((other) => (other.sent || !body ? other : handlers.rebase(other, request, body))));
  }

  /** Decides what exactly is sent, from now on unchanged. @param {QueuedRequest} request */
  async function seal(request) {
    if (!(await handlers.prepare(request))) return null; // `succeeded`, `conflicted` or `drop` was called
    const present = find(request.id);
    if (!present) return null; // withdrawn meanwhile
    const sealed = { ...present, sent: handlers.seal(present) };
    replace(request.id, sealed);
    return sealed;
  }

  /** @param {QueuedRequest} request @param {Problem} problem */
  async function settleFailure(request, problem) {
    const { status } = problem;
    const { changes } = request;
    if (status === 401) stopped = true; // the queue is kept until its owner is back
    else if (changes.length > 1 && status < 500) split(request);
    else if (status === 412) {
      const known = await handlers.refetch(changes[0]).then(() => true, (error) => error.status === 404);
      replace(request.id, { ...request, key: randomKey(), sent: null }); // what it is now is found out by the next attempt
      if (!known) return 1000;
    } else if (isDone(changes[0], problem)) {
      settle(request, null);
    } else if (problem.code === "conflict" && changes[0].kind !== "undo") return 1000; // somebody else's write was faster
    else reject(request, problem);
    return 0;
  }

  /** Sends changes alone that have been refused together; if they have been taken back already, not at all. @param {QueuedRequest} request */
  function split(request) {
    const undo = requests.get().find(({ changes: [{ of }] }) => of === request.id);
    if (undo) queue.set(requests.get().filter((other) => other.id !== undo.id && other.id !== request.id));
    else replace(request.id, ...request.changes.map((change) => made([change], { group: request.id })));
  }

  /** @param {QueuedRequest} request @param {Problem} problem */
  function reject(request, problem) {
    const [{ kind, id }] = request.changes;
    const missing = kind === "add" || problem.status === 404; // later requests about it would fail too
    const isLost = (/** @type {QueuedRequest} */ { id: other, changes }) => other === request.id || changes[0].of === request.id
      || (missing && changes.every((change) => change.id === id));
    const kept = requests.get().filter((other) => !isLost(other));
    queue.set(kind === "add" ? kept.map((other) => (other.sent ? other : { ...other, changes: other.changes.map((change) => without(change, id)) })) : kept);
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
    /** Whether they would survive the end of the page. */
    stored: queue.stored,
    /** @param {Change[]} changes */
    add(changes) {
      const request = made(changes);
      queue.set([...requests.get(), request]);
      wake();
      return request;
    },
    /** Other changes in the place of those of an unsent request; returns whether it is unsent. @param {string} id @param {Change[]} changes */
    amend(id, changes) {
      const unsent = find(id);
      if (!unsent || unsent.sent || conflicts.has(id)) return false; // the user is being asked about it as it is
      replace(id, { ...unsent, changes });
      return true;
    },
    /** Removes a request unless it has been sent; returns whether it did. @param {string} id */
    withdraw(id) {
      const unsent = find(id)?.sent === null;
      if (unsent) replace(id);
      return unsent;
    },
    /** Keeps a request from being sent until `resolve`. @param {string} id */
    block: (id) => void conflicts.add(id),
    /** Ends a conflict: the request is sent with these changes, or removed if there are none. @param {string} id @param {Change[]} changes */
    resolve(id, changes) {
      conflicts.delete(id);
      const request = find(id);
      if (request) replace(id, ...(changes.length ? [{ ...request, key: randomKey(), sent: null, changes }] : []));
      wake();
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
 * The first request that is neither in conflict nor behind such a one about the same thing.
 * @param {QueuedRequest[]} requests
 * @param {Set<string>} conflicts
 */
function nextRequest(requests, conflicts) {
  const blocked = new Set();
  for (const request of requests) {
    const ids = request.changes.map(({ id }) => id);
    if (!conflicts.has(request.id) && !ids.some((id) => blocked.has(id))) return request;
    ids.forEach((id) => blocked.add(id));
  }
  return null;
}

/** A change that does not refer to a thing which does not exist. @param {Change} change @param {string} id @returns {Change} */
function without(change, id) {
  const entries = Object.entries(change.fields).map(([name, value]) => [name, /_id$/.test(name) && value === id ? null : value]);
  const isAnchored = change.anchor && (change.anchor.before === id || change.anchor.after === id);
  return { ...change, fields: Object.fromEntries(entries), ...(isAnchored && { anchor: {} }) };
}

/**
 * Whether a refusal means that the change has been made before.
 * @param {Change} change
 * @param {Problem} problem
 */
function isDone({ kind }, { status, code }) {
  return (kind === "remove" && status === 404) || (kind === "add" && code === "conflict"); // its id is in use: it was added
}

/**
 * The milliseconds after which to repeat a failed request; 0 when repeating it is useless.
 * @param {unknown} error
 * @param {number} attempt
 */
export function retryDelay(error, attempt) {
  const backoff = Math.min(LONGEST_PAUSE, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);
  if (error instanceof NoResponse) return backoff; // it may have had its effect
  if (!(error instanceof Problem)) throw error;
  const { status, code } = error;
  if (status === 429 || status === 503) return Math.max(backoff, error.retryAfter * 1000);
  if (status > 500 || code === "request-in-progress") return backoff;
  return status === 500 && attempt < 3 ? backoff : 0;
}
