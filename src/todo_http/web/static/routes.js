// The addresses of the client and what they show. Filters are part of the address, so that reloads and links keep them. Pure.

/** @import { ListRoute, Query, Route } from "./types.js" */

/** @type {ListRoute[]} */
export const LISTS = [
  { view: "open", path: "/", name: "Open", query: { status: "pending", sort: "-created_at" } },
  { view: "today", path: "/today", name: "Today", query: { status: "pending", due: "today", sort: "due_date" } },
  { view: "overdue", path: "/overdue", name: "Overdue", query: { due: "overdue", sort: "due_date" } },
  { view: "done", path: "/done", name: "Done", query: { status: "completed", sort: "-updated_at" } },
  { view: "all", path: "/all", name: "All", query: { sort: "-created_at" } },
];

const INBOX = "/inbox";

/** The address of a list, or of the inbox. @param {string} id */
export function listPath(id) {
  return id === "inbox" ? INBOX : `/lists/${id}`;
}

export const SORTS = [
  ["-created_at", "Newest first"],
  ["created_at", "Oldest first"],
  ["due_date", "Due date"],
  ["-priority", "Priority"],
  ["title", "Title"],
  ["-updated_at", "Recently changed"],
];

const MANUAL = ["position", "Manual order"];

/** The orders to choose from; only a list has a manual one. @param {Route} route */
export function sortsOf({ listId }) {
  return listId ? [MANUAL, ...SORTS] : SORTS;
}

export const PRIORITY_FILTERS = [
  ["", "Any priority"],
  ["high", "High"],
  ["medium", "Medium"],
  ["low", "Low"],
  ["none", "No priority"],
];

/** @param {{ pathname: string, search: string }} location @returns {Route} */
export function parseRoute({ pathname, search }) {
  const list = LISTS.find(({ path }) => path === pathname);
  const [, kind, id] = (pathname === INBOX ? `/lists${INBOX}` : pathname).match(/^\/(task|list)s\/([^/]+)$/) ?? [];
  const view = list?.view ?? kind ?? pathname.slice(1);
  const idOf = (/** @type {string} */ wanted) => (kind === wanted ? decodeURIComponent(id) : null);
  return { view, taskId: idOf("task"), listId: idOf("list"), search: new URLSearchParams(search) };
}

/**
 * The query of the list at a route. Invalid filters are ignored.
 * @param {Route} route
 * @returns {Query}
 */
export function queryOf(route) {
  const { query } = LISTS.find(({ view }) => view === route.view) ?? LISTS[0];
  const list = route.listId && { status: /** @type {const} */ ("pending"), list: route.listId, sort: "position" };
  const sort = choice(sortsOf(route), route.search.get("sort"));
  const priority = /** @type {Query["priority"]} */ (choice(PRIORITY_FILTERS, route.search.get("priority")));
  const tag = route.search.get("tag");
  const q = route.search.get("q");
  return { ...(list || query), ...(sort && { sort }), ...(priority && { priority }), ...(tag && { tag }), ...(q && { q }) };
}

/** @param {string[][]} options @param {string | null} value */
function choice(options, value) {
  return options.find(([known]) => known === value)?.[0];
}
