// Moves of a row, by keys and by dragging, as the API is asked for them. Pure.

import { descendants } from "./task-tree.js";

/** @import { Move, Row } from "../types.js" */

/** @typedef {"up" | "down" | "in" | "out"} Direction */

/**
 * The rows with the same parent, in order.
 * @param {Row[]} rows
 * @param {Row} row
 */
export function siblingsOf(rows, row) {
  return rows.filter(({ task }) => task.parent_id === row.task.parent_id);
}

/**
 * One place up or down among its siblings, below the one before it, or out to the level of its parent.
 * @param {Row[]} rows
 * @param {Row} row
 * @param {Direction} direction
 * @returns {Move | null} null if there is no such place
 */
export function stepOf(rows, row, direction) {
  const siblings = siblingsOf(rows, row);
  const index = siblings.indexOf(row);
  const before = siblings[index - 1]?.task.id;
  const after = siblings[index + 1]?.task.id;
  const parent = rows.find(({ task }) => task.id === row.task.parent_id)?.task;
  if (direction === "up") return before ? { fields: {}, anchor: { before } } : null;
  if (direction === "down") return after ? { fields: {}, anchor: { after } } : null;
  if (direction === "in") return before ? { fields: { parent_id: before }, anchor: {} } : null;
  return parent ? { fields: { parent_id: parent.parent_id }, anchor: { after: parent.id } } : null;
}

/**
 * Next to another row.
 * @param {Row[]} rows
 * @param {Row} row
 * @param {Row} target
 * @param {boolean} below whether behind the target, or before it
 * @returns {Move | null} null if a task would be below itself
 */
export function dropOf(rows, row, target, below) {
  const { id, parent_id: parent } = target.task;
  if (id === row.task.id || descendants(rows.map(({ task }) => task), row.task.id).includes(id)) return null;
  return { fields: parent === row.task.parent_id ? {} : { parent_id: parent }, anchor: below ? { after: id } : { before: id } };
}

/**
 * The row after which the tree of a row ends.
 * @param {Row[]} rows
 * @param {Row} row
 */
export function endOf(rows, row) {
  const start = rows.indexOf(row);
  const next = rows.findIndex(({ level }, index) => index > start && level <= row.level);
  return rows[next < 0 ? rows.length - 1 : next - 1];
}
