// What a task gets that is added in a view, so that it belongs there. Pure.

import { optionsOf } from "./view-options.js";

/** @import { Fields, Moment, Route, View } from "../types.js" */

/**
 * `away` is whether the view may not show it, which then has to be told.
 * @param {Route} route
 * @param {View} view
 * @param {Moment} now
 * @returns {{ fields: Fields, away: boolean }}
 */
export function addingTo(route, { lists }, now) {
  const { priority, tag, date } = optionsOf(route);
  const { view, listId } = route;
  const tags = [route.tag, tag].filter((name) => name !== null && name !== "");
  const isDated = view === "today" || view === "upcoming" || date === "with";
  /** @type {Fields} */
  const fields = {
    ...(listId && lists.has(listId) && { list_id: listId }),
    ...(isDated && { due_date: now.date }),
    ...(tags.length && { tags: /** @type {string[]} */ (tags) }),
    ...(priority && priority !== "none" && { priority }),
  };
  return { fields, away: view === "search" || view === "completed" || view === "trash" || view === "settings" || view === "browse" };
}
