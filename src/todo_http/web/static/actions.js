// All actions of the client in one registry, which feeds the keys, the menus, the palette and the help page.

import { createStore } from "./store.js";

/** @import { Account, Task } from "./types.js" */

/**
 * @typedef {object} ActionContext what an action may use
 * @property {Account} account
 * @property {Task[]} tasks what it is about: the selected tasks, or the active one
 * @property {Element | null} anchor where a popover belongs
 *
 * @typedef {object} RegisteredAction
 * @property {string} id
 * @property {string} label such as Complete
 * @property {string} group the heading in the help page: Go to, Tasks, Lists, View, General
 * @property {string[]} [keys] by `KeyboardEvent.key`, with "Mod+", "Alt+" and "Shift+" in front, or several keys in a row: "g i"
 * @property {string} [icon]
 * @property {boolean} [needsTasks] whether it is offered only when there are tasks that it can be about
 * @property {(context: ActionContext) => boolean} [available]
 * @property {(context: ActionContext) => boolean | void} run returns false to leave a key to the browser
 */

/** @type {Map<string, RegisteredAction>} */
const registry = new Map();

/** Registers actions; returns a function that removes them. @param {RegisteredAction[]} actions */
export function registerActions(actions) {
  actions.forEach((action) => registry.set(action.id, action));
  return () => actions.forEach((action) => registry.get(action.id) === action && registry.delete(action.id));
}

/** All that is registered, in order. */
export function allActions() {
  return Array.from(registry.values());
}

/** Runs an action. @param {string} id @param {ActionContext} context */
export function runAction(id, context) {
  const action = registry.get(id);
  if (!action || (action.needsTasks && !context.tasks.length) || action.available?.(context) === false) return false;
  return action.run(context) !== false;
}

/** What is open above the workspace; one at a time. @type {import("./store.js").Store<{ name: string, [more: string]: any } | null>} */
export const overlayDialog = createStore(/** @type {any} */ (null));
