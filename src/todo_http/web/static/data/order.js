// The orders of tasks, and their groups. Pure.

import { dueDayOf, isLate } from "./due-days.js";
import { normalize } from "./search.js";

/** @import { Moment, Task, UserList, View, ViewOptions } from "../types.js" */

/** @typedef {{ key: string, title: string, tone?: "overdue" | "today" | "", day?: string }} Group */

const RANKS = { high: "0", medium: "1", low: "2", none: "3" };
const PRIORITY_NAMES = { high: "High priority", medium: "Medium priority", low: "Low priority", none: "No priority" };
const LAST = "\uffff";

/** @param {Task} task */
const rankOf = ({ priority }) => RANKS[priority ?? "none"];

/** @param {Task} task @param {string} zone */
const dueKey = (task, zone) => {
  const { date, time } = dueDayOf(task, zone);
  return `${date || LAST}${time} `;
};

/** Texts by which tasks are sorted, ascending or descending. @type {Record<string, (task: Task, zone: string) => string>} */
const KEYS = {
  due: (task, zone) => dueKey(task, zone) + rankOf(task),
  priority: (task, zone) => rankOf(task) + dueKey(task, zone),
  title: ({ title }) => normalize(title),
  newest: ({ created_at: at }) => at,
  changed: ({ updated_at: at }) => at || LAST, // not saved yet
  completed: ({ completed_at: at }) => at ?? "",
};
const DESCENDING = new Set(["newest", "changed", "completed"]);

/**
 * Tasks in an order; equal ones are in manual order.
 * @param {Task[]} tasks
 * @param {string} sort
 * @param {string} zone
 */
export function sorted(tasks, sort, zone) {
  const keyOf = KEYS[sort];
  const keyed = tasks.map((task) => ({ task, key: keyOf(task, zone) }));
  const before = DESCENDING.has(sort) ? 1 : -1;
  keyed.sort((one, other) => {
    if (one.key !== other.key) return one.key < other.key ? before : -before;
    return one.task.position < other.task.position ? -1 : 1;
  });
  return keyed.map(({ task }) => task);
}

/**
 * Functions from a task to its group, by what groups are made of. Groups are sorted by key.
 * @param {ViewOptions["group"]} group
 * @param {View} view
 * @param {Moment} now
 * @param {(date: string) => string} nameOfDay
 * @returns {(task: Task) => Group}
 */
export function groupsBy(group, { lists }, now, nameOfDay) {
  if (group === "priority") return (task) => ({ key: `p${rankOf(task)}`, title: PRIORITY_NAMES[task.priority ?? "none"] });
  if (group === "list") return ({ list_id: id }) => listGroup(id ? lists.get(id) : undefined);
  if (group === "tag") return ({ tags: [tag] }) => ({ key: `t${tag ? normalize(tag) : LAST}`, title: tag ? `#${tag}` : "No tag" });
  return (task) => {
    if (isLate(task, now) && !task.completed) return { key: "d", title: "Overdue", tone: "overdue" };
    const { date } = dueDayOf(task, now.zone);
    return dayGroup(date, now, date ? nameOfDay(date) : "No date");
  };
}

/** @param {string} date @param {Moment} now @param {string} title @returns {Group} */
export function dayGroup(date, now, title) {
  return { key: `d${date || LAST}`, title, day: date, tone: date === now.date ? "today" : "" };
}

/** @param {UserList | undefined} list @returns {Group} */
function listGroup(list) {
  return { key: list ? `l1${list.position}` : "l0", title: list?.name ?? "Inbox" };
}
