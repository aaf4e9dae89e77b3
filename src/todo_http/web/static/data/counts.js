// The numbers of open tasks that the navigation shows, and the tags in use. Pure.

import { addDays, localTime, parseDue } from "../formatting/due-dates.js";
import { normalize } from "./search.js";

/** @import { Counts, Moment, View } from "../types.js" */

/**
 * Open tasks that are not deferred: "today" includes those that are overdue.
 * @param {Pick<View, "tasks">} view
 * @param {Moment} now
 * @returns {Counts}
 */
export function countsOf({ tasks }, now) {
  const counts = { inbox: 0, today: 0, overdue: 0, upcoming: 0, lists: new Map(), tags: new Map() };
  const week = addDays(now.date, 7);
  for (const task of tasks.values()) {
    if (task.completed || isDeferred(task, now)) continue;
    if (task.list_id) counts.lists.set(task.list_id, (counts.lists.get(task.list_id) ?? 0) + 1);
    else counts.inbox += 1;
    for (const tag of task.tags) counts.tags.set(normalize(tag), (counts.tags.get(normalize(tag)) ?? 0) + 1);
    const date = dateOf(task.due_date, now.zone);
    if (!date) continue;
    if (date < now.date) counts.overdue += 1;
    if (date <= now.date) counts.today += 1;
    else if (date < week) counts.upcoming += 1;
  }
  return counts;
}

/** Whether a task is hidden until later. @param {{ deferred_until: string | null }} task @param {Moment} now */
export function isDeferred({ deferred_until: until }, now) {
  const due = until ? parseDue(until) : null;
  if (!due) return false;
  return due.kind === "fixed" ? due.instant > now.instant : `${due.date}T${due.kind === "day" ? "00:00" : due.time}` > `${now.date}T${now.time}`;
}

/** By due date and zone; parsing is slow. @type {Map<string, string>} */
const dates = new Map();
const DATES_MAX = 20_000;

/**
 * The date of a due date in a zone, or null.
 * @param {string | null} text
 * @param {string} zone
 */
export function dateOf(text, zone) {
  if (!text) return null;
  if (text.length <= 19) return text.slice(0, 10); // a day or a floating time
  const key = text + zone;
  const known = dates.get(key);
  if (known) return known;
  const due = parseDue(text);
  const date = due ? localTime(due, zone).date : text.slice(0, 10);
  if (dates.size >= DATES_MAX) dates.clear();
  dates.set(key, date);
  return date;
}

/** The tags in use, as first written, in alphabetical order. @param {Pick<View, "tasks">} view */
export function tagNames({ tasks }) {
  const names = new Map();
  for (const { tags } of tasks.values()) for (const tag of tags) if (!names.has(normalize(tag))) names.set(normalize(tag), tag);
  return Array.from(names.values()).sort((one, other) => one.localeCompare(other));
}
