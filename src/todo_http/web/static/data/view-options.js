// How a view is sorted, grouped and filtered: what the "View" button sets, from the address. Pure.

import { hasTag } from "./search.js";

/** @import { Route, Task, ViewName, ViewOptions } from "../types.js" */

export const SORTS = /** @type {const} */ ([["due", "Due date"], ["priority", "Priority"], ["title", "Title"], ["newest", "Newest first"], ["changed", "Last changed"]]);
export const GROUPS = /** @type {const} */ ([["", "None"], ["date", "Date"], ["priority", "Priority"], ["list", "List"], ["tag", "Tag"]]);
export const PRIORITIES = /** @type {const} */ ([["", "Any"], ["high", "High"], ["medium", "Medium"], ["low", "Low"], ["none", "None"]]);
export const DATES = /** @type {const} */ ([["", "With or without"], ["with", "With a date"], ["without", "Without a date"]]);

/** The names of the parameters in the address. */
export const PARAMETERS = ["sort", "group", "priority", "date", "with", "completed"];

/** @param {ViewName} view */
export function hasManualOrder(view) {
  return view === "inbox" || view === "list";
}

/** What can be set in a view; nothing where the sections say it all. @param {ViewName} view */
export function settingsOf(view) {
  const free = hasManualOrder(view) || view === "tag" || view === "search";
  const order = free || view === "today";
  return { sort: order, group: order && view !== "search", date: free, completed: hasManualOrder(view) || view === "tag", filters: view !== "completed" };
}

/** @param {Pick<Route, "view" | "search">} route @returns {ViewOptions} */
export function optionsOf({ view, search }) {
  const can = settingsOf(view);
  /** @template {string} T @param {string} name @param {readonly (readonly [T, string])[]} choices @returns {T | ""} */
  const choice = (name, choices) => choices.find(([value]) => value === search.get(name))?.[0] ?? "";
  return {
    sort: can.sort ? choice("sort", SORTS) : "",
    group: can.group ? choice("group", GROUPS) : "",
    priority: can.filters ? choice("priority", PRIORITIES) : "",
    date: can.date ? choice("date", DATES) : "",
    tag: can.filters ? search.get("with") ?? "" : "",
    completed: can.completed && search.get("completed") === "1",
  };
}

/** Whether the view is not as it is without parameters. @param {ViewOptions} options */
export function isChanged(options) {
  return Object.values(options).some(Boolean);
}

/** Whether tasks are left out. @param {ViewOptions} options */
export function isFiltered({ priority, date, tag }) {
  return Boolean(priority || date || tag);
}

/** @param {ViewOptions} options @returns {(task: Task) => boolean} */
export function filterOf({ priority, date, tag }) {
  return (task) => (!priority || priority === (task.priority ?? "none"))
    && (!date || (date === "with") === Boolean(task.due_date))
    && (!tag || hasTag(task.tags, tag));
}
