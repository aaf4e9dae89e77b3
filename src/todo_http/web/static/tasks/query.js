// A query for tasks: its address in the API, and whether a task matches it. Pure.

import { isOn, isOverdue, parseDue } from "../formatting/due-dates.js";

/** @import { Moment, Query, Task } from "../types.js" */

/** The server rejects longer searches. */
const SEARCH_MAX = 255;

/**
 * The address of the first page.
 * @param {string} owner
 * @param {Query} query
 * @param {number} limit
 */
export function listAddress(owner, query, limit) {
  const search = new URLSearchParams({ ...query, limit: String(limit) });
  return `/api/${owner}/tasks?${search}`;
}

/**
 * Whether two queries differ at most in filters and order.
 * @param {Query} one
 * @param {Query} other
 */
export function isSameList(one, other) {
  return one.status === other.status && one.due === other.due && one.list === other.list;
}

/**
 * Whether a task that was changed here still belongs to the list. Predicts what the server will decide.
 * @param {Task} task
 * @param {Query} query
 * @param {Moment} now
 */
export function matches(task, query, now) {
  if (!isInList(task, query)) return false;
  if (query.status && (query.status === "completed") !== task.completed) return false;
  if (query.priority && query.priority !== (task.priority ?? "none")) return false;
  if (query.tag && !hasTag(task.tags, query.tag)) return false;
  const due = parseDue(task.due_date);
  if (query.due === "today" && !(due && isOn(due, now.date, now.zone))) return false;
  if (query.due === "overdue" && (task.completed || !due || !isOverdue(due, now))) return false;
  if (!query.q) return true;
  const text = normalize(`${task.title}\n${task.description ?? ""}`);
  return normalize(query.q.slice(0, SEARCH_MAX)).split(/\s+/).every((word) => text.includes(word));
}

/**
 * Whether a task is in the user's list that a query names, if it names one.
 * @param {Task} task
 * @param {Query} query
 */
export function isInList(task, { list }) {
  return !list || list === (task.list_id ?? "inbox");
}

/**
 * Whether a tag is among others; case and accents make no difference.
 * @param {string[]} tags
 * @param {string} tag
 */
export function hasTag(tags, tag) {
  const wanted = normalize(tag);
  return tags.some((other) => normalize(other) === wanted);
}

/**
 * Removes case and accents. Works in pieces, since decomposing a run of marks takes time with the square of its length.
 * @param {string} text
 */
function normalize(text) {
  const decomposed = text.replace(/[^\0-\x7f]{1,32}/gu, (piece) => piece.normalize("NFD"));
  return decomposed.replace(/\p{M}/gu, "").toLowerCase().trim();
}
