// Which tasks the keys and menus are about: those that are selected, else the row that is active, else the open one.

import { currentRoute } from "../router.js";
import { createStore } from "../store.js";

/** @import { Account, Task } from "../types.js" */

/** The ids of the selected tasks. */
export const selected = createStore(/** @type {Set<string>} */ (new Set()));

/** The id of the row that is in the tab order of the list, if the focus is or was in the list. */
export const activeTask = createStore("");

/** The tasks that an action is about. @param {Account} account @returns {Task[]} */
export function targets(account) {
  const { tasks } = account.view.get();
  const ids = selected.get().size ? Array.from(selected.get()) : [activeTask.get() || currentRoute.get().taskId || ""];
  return ids.flatMap((id) => tasks.get(id) ?? []);
}

/** @param {string} id */
export function toggleSelected(id) {
  const next = new Set(selected.get());
  if (!next.delete(id)) next.add(id);
  selected.set(next);
}

export function clearSelection() {
  if (selected.get().size) selected.set(new Set());
}
