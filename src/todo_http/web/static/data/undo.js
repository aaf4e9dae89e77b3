// What the user has done on this page, latest last, and how it is taken back: unsent requests are withdrawn, others undone by the API.

import { Problem } from "../api.js";
import { createStore } from "../store.js";

/** @import { Action, Change, QueuedRequest, Send } from "../types.js" */

const ACTIONS_MAX = 100;

/**
 * @param {object} context
 * @param {Send} context.read
 * @param {string} context.owner the id of the user
 * @param {any} context.outbox
 * @param {(label: string, changes: Change[]) => Action} context.perform
 */
export function createHistory({ read, owner, outbox, perform }) {
  const done = createStore(/** @type {Action[]} */ ([]));
  const undone = createStore(/** @type {Action[]} */ ([]));
  /** By id of a saved request: the thing by which its set is found, or the set that it became. @type {Map<string, Partial<Change>>} */
  const results = new Map();
  /** The saved parts of requests that were refused as a whole. @type {QueuedRequest[]} */
  const parts = [];

  /** @param {Action} action */
  function push(action) {
    done.set([...done.get().slice(1 - ACTIONS_MAX), action]);
    undone.set([]);
    return action;
  }

  /**
   * Takes back an action by another one, or withdraws it. Returns what brings it back, if that is possible.
   * @param {Action} action
   * @returns {Action | null}
   */
  function takeBack({ label, changes, request, before }) {
    if (outbox.withdraw(request)) return { label, changes, request: "", before };
    const alone = [...parts, ...outbox.requests.get()].filter(({ group }) => group === request);
    for (const part of alone) takeBack({ label, changes: part.changes, request: part.id, before });
    if (alone.length) return null;
    const { entity, id, title, kind: was } = changes[0];
    return perform(label, [{ entity, id, title, kind: "undo", fields: {}, of: request, was, restores: before, ...results.get(request) }]);
  }

  /**
   * @param {import("../store.js").Store<Action[]>} from
   * @param {import("../store.js").Store<Action[]>} to
   * @param {Action | undefined} action
   */
  function turn(from, to, action = from.get().at(-1)) {
    if (!action || !from.get().includes(action)) return null;
    from.set(from.get().filter((other) => other !== action));
    const reverse = action.request ? takeBack(action) : perform(action.label, action.changes);
    if (reverse) to.set([...to.get(), reverse]);
    return action;
  }

  /**
   * The set that a saved request became: the feed has it with the latest change of it, or with the deletion.
   * @param {Change} change an undo
   */
  async function setOf(change) {
    const { entity, id, set, revision, was } = { ...change, ...results.get(change.of ?? "") };
    if (set) return set;
    const { body } = await read("GET", `/api/${owner}/${entity}s/${id}/history?limit=100`, {});
    const found = body.find((/** @type {any} */ change) => (was === "remove" ? change.kind === "deleted" : change.seq === revision));
    if (!found) throw new Problem(410, { detail: "This can no longer be undone." });
    return found.set;
  }

  return {
    done,
    undone,
    push,
    /**
     * Adds an edit to the latest action if that is an unsent edit of the same thing, so that typing is one action.
     * @param {string} label
     * @param {Change} change
     */
    pushEdit(label, change) {
      const latest = done.get().at(-1);
      const [before] = latest?.changes ?? [];
      if (latest && before.kind === "change" && before.id === change.id && latest.changes.length === 1) {
        const merged = [{ ...change, fields: { ...before.fields, ...change.fields }, base: { ...change.base, ...before.base } }];
        if (outbox.amend(latest.request, merged)) {
          done.set(done.get().filter((action) => action !== latest));
          return push({ ...latest, changes: merged });
        }
      }
      return push(perform(label, [change]));
    },
    /** Takes back an action, by default the latest one. @param {Action} [action] */
    undo: (action) => turn(done, undone, action),
    /** Does again what was taken back last. */
    redo: () => turn(undone, done, undefined),
    /** Finds out what an undo is about. @param {QueuedRequest} request */
    async prepare(request) {
      const [change] = request.changes;
      outbox.amend(request.id, [{ ...change, set: await setOf(change) }]);
      return true;
    },
    /** @param {QueuedRequest} request @param {any[]} things @param {any} body */
    saved(request, things, body) {
      const [{ kind }] = request.changes;
      results.set(request.id, kind === "undo" ? { set: body?.changes[0]?.set } : latestOf(request.changes, things));
      if (request.group) parts.push(request);
    },
    /** A request has been refused: there is nothing to take back. @param {string} request */
    forget(request) {
      done.set(done.get().filter((action) => action.request !== request));
    },
  };
}

/**
 * The thing that the latest change of a set was about: that of others may be older, because nothing was left to do.
 * @param {Change[]} changes
 * @param {any[]} things as the server has returned them
 * @returns {Partial<Change>} nothing if all were deleted
 */
export function latestOf(changes, things) {
  const latest = Math.max(...things.map((thing) => thing?.revision ?? 0));
  const found = things.findIndex((thing) => thing?.revision === latest);
  if (found < 0) return {};
  const { entity, id, kind: was } = changes[found];
  return { entity, id, was, revision: latest };
}
