// The writes that wait for an answer: sent one after the other, again until there is one, and kept over reloads.

import { NoAnswer, Problem, randomKey } from "../api.js";
import { keepQueue } from "./persistent-queue.js";

/** @import { Answer, Task, Write } from "../types.js" */
/**
 * @typedef {object} Listener what happens to writes
 * @property {(write: Write) => void} found one that an earlier page has left behind
 * @property {(write: Write, task: Task | null) => void} done
 * @property {(write: Write, theirs: Task) => void} conflict somebody else was faster; waits for `resolve`
 * @property {(write: Write, problem: Problem) => void} refused it will not be tried again
 * @property {() => void} changed how many wait
 */
/** @typedef {ReturnType<typeof createOutbox>} Outbox */

const LONGEST_PAUSE = 20_000;

/**
 * @param {string} owner the id of the user
 * @param {(method: string, path: string, options: object) => Promise<Answer>} call
 * @param {Listener} listener
 */
export function createOutbox(owner, call, listener) {
  const base = `/api/${owner}/tasks`;
  /** @type {Set<string>} names of writes about which a person has to decide */
  const disputed = new Set();
  /** @type {() => void} */
  let wake = () => {};
  let stopped = false;
  const kept = keepQueue(owner, (write) => (listener.found(write), listener.changed(), wake()));

  async function run() {
    while (!stopped) {
      const write = nextToSend();
      if (write) await attempt(write);
      else await sleep(2 ** 30);
    }
  }

  /** The first write that may go: not held back, not disputed, and not behind such a one on the same task. */
  function nextToSend() {
    const blocked = new Set();
    for (const write of kept.writes()) {
      if (blocked.has(write.id)) continue;
      if (!disputed.has(write.key) && !write.held) return write;
      blocked.add(write.id);
    }
    return null;
  }

  /** @param {Write} write */
  async function attempt(write) {
    for (let round = 0; !stopped; round += 1) {
      const request = (write.request ??= requestFor(write, base));
      kept.save();
      try {
        const { method, path, body: text, ...terms } = request;
        const answer = await call(method, path, { text, ...terms });
        return settle(write, answer.body);
      } catch (error) {
        const wait = await afterFailure(write, error, round);
        if (wait === null) return;
        await sleep(wait);
        if (!kept.has(write)) return;
      }
    }
  }

  /**
   * What a failure means: a number of milliseconds after which to try again, or null when the write is dealt with.
   * @param {Write} write
   * @param {unknown} error
   * @param {number} round
   */
  async function afterFailure(write, error, round) {
    const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** round) * (0.75 + Math.random() / 2);
    if (!(error instanceof Problem)) return pause; // no answer: it may have happened, so the same again
    if (error.status === 401) return (stopped = true), null; // the queue is kept for when its owner is back
    if (error.status === 429 || error.status === 503) return Math.max(pause, error.retryAfter * 1000);
    if (error.status > 500 || ["request-in-progress", "conflict"].includes(error.code)) return pause;
    if (error.status === 500 && round < 3) return pause;
    if (error.status === 404 && write.kind === "remove") return settle(write, null), null;
    if (error.status === 412) return dispute(write);
    const vain = write.kind === "add" || error.status === 404; // then so is all that was to follow
    kept.drop((other) => other.key === write.key || (vain && other.id === write.id));
    listener.refused(write, error);
    listener.changed();
    return null;
  }

  /**
   * @param {Write} write
   * @param {Task | null} task
   */
  function settle(write, task) {
    kept.drop((other) => other.key === write.key);
    for (const later of task ? kept.writes() : []) {
      if (later.id !== write.id || later.request) continue;
      later.id = /** @type {Task} */ (task).id;
      later.seen = /** @type {Task} */ (task).revision; // made over what this write was about to bring
    }
    kept.save();
    listener.done(write, task);
    listener.changed();
  }

  /** @param {Write} write */
  async function dispute(write) {
    let theirs;
    try {
      theirs = (await call("GET", `${base}/${write.id}`, {})).body;
    } catch (error) {
      return error instanceof NoAnswer ? 1000 : 5000; // its own 412, or 404, comes again
    }
    const wanted = Object.entries(write.fields);
    if (write.kind === "change" && wanted.every(([name, value]) => theirs[name] === value)) return settle(write, theirs), null;
    disputed.add(write.key);
    listener.conflict(write, theirs);
    return null;
  }

  /** @param {number} milliseconds */
  function sleep(milliseconds) {
    return /** @type {Promise<void>} */ (new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => (clearTimeout(timer), resolve());
    }));
  }

  void run();
  return {
    /** @param {Write} write */
    put(write) {
      kept.add(write);
      listener.changed();
      wake();
    },
    /**
     * Take back a write that has not been sent.
     * @param {Write} write
     */
    withdraw(write) {
      if (!kept.has(write) || write.request) return false;
      kept.drop((other) => other.key === write.key);
      listener.changed();
      return true;
    },
    /**
     * Decide about a disputed write: once more over the other version, or not at all.
     * @param {Write} write
     * @param {Task} theirs
     * @param {boolean} mine
     */
    resolve(write, theirs, mine) {
      disputed.delete(write.key);
      const dropped = mine ? [] : kept.writes().filter((other) => other.id === write.id);
      kept.drop((other) => dropped.includes(other));
      if (mine) Object.assign(write, { seen: theirs.revision, request: undefined });
      kept.save();
      listener.changed();
      wake();
      return dropped;
    },
    /**
     * The page goes away: send what was held back, without waiting for answers. It stays in the queue, and whoever
     * finds it there repeats it under the same key.
     * @param {(method: string, path: string, options: object) => void} sendAndForget
     */
    leave(sendAndForget) {
      for (const write of kept.writes()) {
        if (write.kind !== "remove" || write.request || disputed.has(write.key)) continue;
        write.held = false;
        const { method, path, body: _, ...terms } = (write.request = requestFor(write, base));
        sendAndForget(method, path, { ...terms, keepalive: true });
      }
      kept.save();
    },
    /**
     * Send what was held back: it can no longer be taken back.
     * @param {Write} write
     */
    release(write) {
      write.held = false;
      kept.save();
      listener.changed();
      wake();
    },
    wake: () => wake(),
    writes: () => kept.writes(),
    waiting: () => kept.writes().filter((write) => !write.held).length,
    stop() {
      stopped = true;
      kept.release();
      wake();
    },
    discard: () => kept.drop(() => true),
  };
}

/**
 * The request for a write, as it is sent every time.
 * @param {Write} write
 * @param {string} base
 */
function requestFor(write, base) {
  const key = randomKey();
  if (write.kind === "add") return { key, method: "POST", path: base, body: JSON.stringify(write.fields) };
  const path = `${base}/${write.id}`;
  const ifMatch = `"${write.seen}"`;
  if (write.kind === "remove") return { key, method: "DELETE", path, ifMatch };
  return { key, method: "PATCH", path, ifMatch, body: JSON.stringify(write.fields) };
}
