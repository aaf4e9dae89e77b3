// The account of the signed-in user: what is shown of it, and how it is changed. Connects copy, outbox and undo with the views.

import { Problem } from "../api.js";
import { showError } from "../components/toasts.js";
import { offline } from "../connection.js";
import { call } from "../session.js";
import { createStore } from "../store.js";
import { claimDrafts, forgetDrafts } from "../entry/drafts.js";
import { deleteCopies } from "./database.js";
import { applyLocally, createOverlay } from "./overlay.js";
import { createOutbox } from "./outbox.js";
import { fitOf, rebased, sealed } from "./requests.js";
import { createSync } from "./sync.js";
import { createHistory, latestOf } from "./undo.js";
import { createPreview } from "./upcoming.js";

/** @import { Before, Change, Conflict, QueuedRequest, Rejection, Send, User, View } from "../types.js" */

/**
 * @param {User} user
 * @param {(rejection: Rejection) => void} onRejected
 */
export function createAccount(user, onRejected) {
  /** @type {Send} always with the token of this user, even if another one has signed in */
  const read = (method, path, options) => call(method, path, { ...options, owner: user.id });
  claimDrafts(user.id);
  const overlay = createOverlay();
  const conflicts = createStore(/** @type {Conflict[]} */ ([]));
  let version = 0;
  let scheduled = false;

  const sync = createSync(user.id, read, () => {
    version += 1;
    scheduleUpdate();
  });
  const outbox = createOutbox(user.id, read, { prepare, seal, rebase, succeeded, rejected, refetch });
  const view = createStore(currentView());
  const history = createHistory({ read, owner: user.id, outbox, perform });
  const unsubscribe = [outbox.requests.subscribe(update), offline.subscribe(() => offline.get() || outbox.wake()), outbox.stored.subscribe(warn)];

  /** @returns {View} */
  function currentView() {
    return overlay(sync.copy(), version, outbox.requests.get());
  }

  function update() {
    view.set(currentView());
  }

  function warn() {
    if (!outbox.stored.get()) showError("The storage of this browser is full. Keep this page open until your changes are saved.");
  }

  /** Many changes that arrive together are shown together. */
  function scheduleUpdate() {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      update();
    });
  }

  /**
   * Makes changes, which belong together: they are shown at once, sent as one request, and taken back as one.
   * @param {string} label such as Deleted “Buy milk”
   * @param {Change[]} changes
   */
  function perform(label, changes) {
    const before = statesBefore(view.get(), changes);
    const request = outbox.add(changes);
    return { label, changes, request: request.id, before };
  }

  /** Whether a request still fits what is known of the things that it is about. @param {QueuedRequest} request */
  async function prepare(request) {
    const [first] = request.changes;
    if (first.kind === "undo") return history.prepare(request);
    for (const change of request.changes) {
      const theirs = sync.copy()[change.entity].get(change.id);
      const fit = fitOf(change, theirs);
      if (fit === "fits" || (fit === "done" && request.changes.length > 1)) continue;
      if (fit === "conflict") {
        outbox.block(request.id);
        conflicts.set([...conflicts.get(), { request, change, theirs }]);
        return false;
      }
      outbox.resolve(request.id, request.changes.filter((other) => other !== change));
      if (fit === "outdated") rejected(request, new Problem(412, { detail: "It was completed or moved on another device meanwhile, and is left as it is there." }));
      return false;
    }
    return true;
  }

  /** @param {QueuedRequest} request */
  function seal({ changes }) {
    const copy = sync.copy();
    return { ...sealed(user.id, changes, copy), revisions: changes.map(({ entity, id }) => copy[entity].get(id)?.revision) };
  }

  /** @param {QueuedRequest} unsent @param {QueuedRequest} saved @param {any} body @returns {QueuedRequest} */
  function rebase(unsent, saved, body) {
    const things = thingsIn(saved, body);
    const changes = unsent.changes.map((change) => {
      if (change.of === saved.id) return { ...change, ...latestOf(saved.changes, things) };
      return saved.changes.reduce((after, earlier, index) => rebased(after, earlier, things[index]), change);
    });
    return { ...unsent, changes };
  }

  /** @param {QueuedRequest} request @param {any} body */
  function succeeded(request, body) {
    const [{ kind }] = request.changes;
    const things = thingsIn(request, body);
    history.saved(request, things, body);
    if (kind === "undo") return body && sync.apply(body.changes);
    const copy = sync.copy();
    // What the feed has told is at least as new: the response may be the repetition of one that was lost long ago.
    const isNews = request.changes.map(({ kind: made, entity, id }, index) => (made === "remove"
      ? copy[entity].get(id)?.revision === request.sent?.revisions?.[index]
      : Boolean(things[index]) && !sync.told(things[index].revision)));
    const affected = new Set(applyLocally(copy, request.changes.filter((_, index) => isNews[index])));
    things.forEach((thing, index) => {
      const { entity, id } = request.changes[index];
      if (thing && isNews[index]) /** @type {Map<string, any>} */ (copy[entity]).set(id, thing);
    });
    const entities = /** @type {const} */ (["task", "list"]);
    sync.touched(entities.flatMap((entity) => Array.from(affected, (id) => ({ entity, id }))));
  }

  /** @param {QueuedRequest} request @param {Problem} problem */
  function rejected(request, problem) {
    history.forget(request.id);
    onRejected({ request, problem });
  }

  /** Reads a thing that has been changed elsewhere. @param {Pick<Change, "entity" | "id">} change */
  async function refetch({ entity, id }) {
    const { body } = await read("GET", `/api/${user.id}/${entity}s/${id}`, {});
    sync.keep({ seq: body.revision, set: 0, entity, id, value: body });
  }

  /** @param {Conflict} conflict @param {boolean} mine whether the change made here is applied */
  function resolve(conflict, mine) {
    const { request, change, theirs } = conflict;
    conflicts.set(conflicts.get().filter((other) => other !== conflict));
    const others = request.changes.filter((other) => other !== change);
    outbox.resolve(request.id, mine ? [{ ...change, base: theirs }, ...others] : others);
  }

  return {
    user,
    /** The tasks, lists and completions as they are shown. */
    view,
    /** Whether there is a local copy, and whether it is live. */
    status: sync.status,
    retry: sync.retry,
    /** Changes that the server has not confirmed. */
    requests: outbox.requests,
    conflicts,
    resolve,
    /** Makes changes that can be undone. @param {string} label @param {Change[]} changes */
    act: (label, changes) => history.push(perform(label, changes)),
    /** @param {string} label @param {Change} change replaces the latest action if that is an unsent change of the same thing by the same editor */
    edit: (label, change) => history.pushEdit(label, change),
    undo: history.undo,
    redo: history.redo,
    read,
    /** Reads a thing that is not in the local copy. */
    refetch,
    preview: createPreview(user.id, read),
    discard: outbox.discard,
    forget: outbox.forget,
    /** Ends the use of the account, and deletes its local copy if nobody is signed in any more. @param {boolean} [wipe] */
    async stop(wipe = false) {
      outbox.stop();
      unsubscribe.forEach((end) => end());
      await sync.stop();
      if (wipe) forgetDrafts();
      if (wipe) await deleteCopies();
    },
  };
}

/** @param {QueuedRequest} request @param {any} body @returns {any[]} what the server has returned of the thing of each change */
function thingsIn({ changes }, body) {
  if (changes.length === 1) return [body?.id ? body : null];
  return changes.map((_, index) => body?.[index]?.task ?? body?.[index]?.list ?? null);
}

/**
 * The things that changes will affect, as they are before.
 * @param {View} view
 * @param {Change[]} changes
 * @returns {Before[]}
 */
function statesBefore({ tasks, lists }, changes) {
  const affected = new Set(applyLocally({ task: new Map(tasks), list: new Map(lists) }, changes));
  const isList = new Set(changes.filter(({ entity }) => entity === "list").map(({ id }) => id));
  return Array.from(affected, (id) => (isList.has(id)
    ? { entity: /** @type {const} */ ("list"), id, value: lists.get(id) ?? null }
    : { entity: /** @type {const} */ ("task"), id, value: tasks.get(id) ?? null }));
}
