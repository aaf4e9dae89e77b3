// What each view shows of the account. Pure.

import { arrange } from "./task-tree.js";

/** @import { Row, View } from "../types.js" */

/**
 * The open tasks of a list, or of the inbox, as a tree in manual order.
 * @param {View} view
 * @param {string | null} listId
 * @returns {Row[]}
 */
export function rowsOfList({ tasks, waiting }, listId) {
  const rows = Array.from(tasks.values())
    .filter((task) => !task.completed && task.list_id === listId)
    .map((task) => ({ key: task.id, task, waiting: waiting.has(task.id) }));
  return arrange(rows, true);
}
