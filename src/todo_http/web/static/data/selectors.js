// What each view shows of the account: its tasks in sections. Pure.

import { addDays, nameOfDay } from "../formatting/due-dates.js";
import { isDeferred } from "./counts.js";
import { dueDayOf, isLate } from "./due-days.js";
import { dayGroup, groupsBy, sorted } from "./order.js";
import { hasTag, searchFor } from "./search.js";
import { arrange } from "./task-tree.js";
import { filterOf, hasManualOrder, optionsOf } from "./view-options.js";

/** @import { Moment, Route, Row, Section, Task, View, ViewOptions } from "../types.js" */
/** @import { Group } from "./order.js" */

/** @typedef {{ view: View, now: Moment, options: ViewOptions }} Context */

/**
 * The sections of a view. What they show of a task is in the view; only what the address demands is looked at.
 * @param {View} view
 * @param {Route} route
 * @param {Moment} now
 * @param {string} [words] what is searched for
 * @returns {Section[]}
 */
export function sectionsOf(view, route, now, words = route.search.get("q") ?? "") {
  const context = { view, now, options: optionsOf(route) };
  return allSections(context, route, words).filter(({ rows }) => rows.length);
}

/** @param {Context} context @param {Route} route @param {string} words @returns {Section[]} */
function allSections(context, { view, listId, tag }, words) {
  if (hasManualOrder(view)) return listSections(context, (task) => task.list_id === listId, true);
  if (tag !== null) return listSections(context, ({ tags }) => tags.length > 0 && hasTag(tags, tag), false);
  if (view === "today") return todaySections(context);
  if (view === "upcoming") return upcomingSections(context);
  return view === "search" ? searchSections(context, words) : [];
}

/**
 * The open tasks that are not deferred, then the deferred ones, then, on demand, the completed ones.
 * @param {Context} context
 * @param {(task: Task) => boolean} belongs
 * @param {boolean} tree whether subtasks are below their parents
 */
function listSections(context, belongs, tree) {
  const { view, now, options } = context;
  const [open, deferred, completed] = [[], [], []].map((tasks) => /** @type {Task[]} */ (tasks));
  const passes = filterOf(options);
  for (const task of view.tasks.values()) {
    if (!belongs(task) || !passes(task)) continue;
    if (!isOpen(task, view)) completed.push(task);
    else if (isDeferred(task, now)) deferred.push(task);
    else open.push(task);
  }
  const sort = options.sort || (tree ? "" : "due");
  return [
    ...grouped(context, open, sort, tree),
    sectionOf({ key: "deferred", title: "Deferred" }, ordered(context, deferred, sort || "due"), { folded: true }),
    ...(options.completed ? [sectionOf({ key: "completed", title: "Completed" }, ordered(context, completed, "completed"))] : []),
  ];
}

/** @param {Context} context */
function todaySections(context) {
  const { now } = context;
  const [late, today] = [[], []].map((tasks) => /** @type {Task[]} */ (tasks));
  for (const task of openTasks(context)) {
    if (isLate(task, now)) late.push(task);
    else if (dueDayOf(task, now.zone).date === now.date) today.push(task);
  }
  const sections = grouped(context, today, context.options.sort || "due", false);
  if (late.length && !sections[0].title) Object.assign(sections[0], dayGroup(now.date, now, nameOfDay(now.date, now.date)));
  sections.forEach((section) => (section.day = now.date)); // which is not repeated in the rows
  return [lateSection(context, late), ...sections];
}

/** @param {Context} context @param {Task[]} tasks @param {boolean} [folded] */
function lateSection(context, tasks, folded = false) {
  return sectionOf({ key: "overdue", title: "Overdue", tone: "overdue" }, ordered(context, tasks, context.options.sort || "due"), { folded, reschedules: true });
}

/** @param {Context} context */
function upcomingSections(context) {
  const { now } = context;
  const [late, coming] = [[], []].map((tasks) => /** @type {Task[]} */ (tasks));
  for (const task of openTasks(context)) {
    if (!task.due_date) continue;
    if (isLate(task, now)) late.push(task);
    else coming.push(task);
  }
  const days = groupsBy("date", context.view, now, (date) => nameOfDay(date, now.date));
  return [lateSection(context, late, true), ...sectionsBy(context, sorted(coming, "due", now.zone), days)];
}

/**
 * The next seven days, with the tasks that are due on them.
 * @param {Section[]} sections of the upcoming view
 * @param {Moment} now
 */
export function weekOf(sections, now) {
  return Array.from({ length: 7 }, (_, index) => {
    const date = addDays(now.date, index);
    const rows = sections.find(({ day }) => day === date)?.rows ?? [];
    return { date, count: rows.length, first: rows[0]?.key ?? "" };
  });
}

/** @param {Context} context @param {string} words */
function searchSections(context, words) {
  const { view, options } = context;
  if (!words.trim()) return [];
  const [open, completed] = [[], []].map((tasks) => /** @type {Task[]} */ (tasks));
  const passes = filterOf(options);
  const finds = searchFor(words);
  for (const task of view.tasks.values()) if (passes(task) && finds(task)) (isOpen(task, view) ? open : completed).push(task);
  return [
    sectionOf({ key: "", title: "" }, ordered(context, open, options.sort || "newest")),
    sectionOf({ key: "completed", title: "Completed" }, ordered(context, completed, options.sort || "completed")),
  ];
}

/** The open tasks that are not deferred and pass the filters. @param {Context} context */
function openTasks({ view, now, options }) {
  const passes = filterOf(options);
  return Array.from(view.tasks.values()).filter((task) => isOpen(task, view) && passes(task) && !isDeferred(task, now));
}

/** A recurring task stays until the server has told when it is due again. @param {Task} task @param {View} view */
function isOpen({ completed, recurrence, id }, { waiting }) {
  return !completed || (recurrence !== null && waiting.has(id));
}

/** @param {Context} context @param {Task[]} tasks @param {string} sort */
function ordered({ view, now }, tasks, sort) {
  return rowsOf(view, sorted(tasks, sort, now.zone));
}

/** @param {View} view @param {Task[]} tasks @returns {Row[]} */
function rowsOf({ waiting }, tasks) {
  return tasks.map((task) => ({ key: task.id, task, waiting: waiting.has(task.id), level: 1 }));
}

/**
 * One section without a title, or one for each group.
 * @param {Context} context
 * @param {Task[]} tasks
 * @param {string} sort "" is the manual order
 * @param {boolean} tree
 */
function grouped(context, tasks, sort, tree) {
  const { view, now, options } = context;
  const inOrder = sort ? sorted(tasks, sort, now.zone) : tasks;
  if (options.group) return sectionsBy(context, inOrder, groupsBy(options.group, view, now, (date) => nameOfDay(date, now.date)), tree, !sort);
  const rows = rowsOf(view, inOrder);
  return [sectionOf({ key: "", title: "" }, tree ? arrange(rows, !sort) : rows)];
}

/**
 * @param {Context} context
 * @param {Task[]} tasks in order
 * @param {(task: Task) => Group} groupOf
 * @param {boolean} [tree]
 * @param {boolean} [manual]
 */
function sectionsBy(context, tasks, groupOf, tree = false, manual = false) {
  /** @type {Map<string, { group: Group, tasks: Task[] }>} */
  const groups = new Map();
  for (const task of tasks) {
    const group = groupOf(task);
    const known = groups.get(group.key);
    if (known) known.tasks.push(task);
    else groups.set(group.key, { group, tasks: [task] });
  }
  return Array.from(groups.values())
    .sort((one, other) => (one.group.key < other.group.key ? -1 : 1))
    .map(({ group, tasks: inside }) => {
      const rows = rowsOf(context.view, inside);
      return sectionOf(group, tree ? arrange(rows, manual) : rows);
    });
}

/** @param {Group} group @param {Row[]} rows @param {Partial<Section>} [more] @returns {Section} */
function sectionOf({ key, title, tone = "", day = "" }, rows, more = {}) {
  return { key, title, tone, day, rows, folded: false, reschedules: false, ...more };
}

/** @type {WeakMap<View["tasks"], Map<string, { done: number, all: number }>>} */
const counted = new WeakMap();

/** The numbers of subtasks and of completed ones among them, by id of the parent. @param {View} view */
export function subtaskCounts({ tasks }) {
  let counts = counted.get(tasks);
  if (counts) return counts;
  counts = new Map();
  for (const { parent_id: parent, completed } of tasks.values()) {
    if (!parent) continue;
    const { done, all } = counts.get(parent) ?? { done: 0, all: 0 };
    counts.set(parent, { done: done + Number(completed), all: all + 1 });
  }
  counted.set(tasks, counts);
  return counts;
}
