// A question to the list of tasks: how it is written in an address, and whether a task still answers it. Pure.

import { isOn, isOverdue, readDue } from "../formatting/due-dates.js";

/** @import { Moment, Query, Task } from "../types.js" */

/** A longer search is refused by the server. */
const SEARCH_MAX = 255;

/**
 * The address of the first page.
 * @param {string} owner
 * @param {Query} query
 * @param {number} limit
 */
export function addressOf(owner, query, limit) {
  const search = new URLSearchParams({ ...query, limit: String(limit) });
  return `/api/${owner}/tasks?${search}`;
}

/**
 * Whether a task that has been changed here still belongs into the list. The server decides, and this foretells it.
 * @param {Task} task
 * @param {Query} query
 * @param {Moment} now
 */
export function matches(task, query, now) {
  if (query.status && (query.status === "completed") !== task.completed) return false;
  if (query.priority && query.priority !== (task.priority ?? "none")) return false;
  const due = readDue(task.due_date);
  if (query.due === "today" && !(due && isOn(due, now.date, now.zone))) return false;
  if (query.due === "overdue" && (task.completed || !due || !isOverdue(due, now))) return false;
  if (!query.q) return true;
  const text = plain(`${task.title}\n${task.description ?? ""}`);
  return plain(query.q.slice(0, SEARCH_MAX)).split(/\s+/).every((word) => text.includes(word));
}

/**
 * Without case and accents. In pieces, since decomposing takes time with the square of a run of marks, which are
 * dropped whatever their order is.
 * @param {string} text
 */
function plain(text) {
  const decomposed = text.replace(/[^\0-\x7f]{1,32}/gu, (piece) => piece.normalize("NFD"));
  return decomposed.replace(/\p{M}/gu, "").toLowerCase().trim();
}
