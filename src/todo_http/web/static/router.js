// The addresses of the client and what they show. Filters live in the address, so that a reload or a link keeps them.

import { useEffect, useState } from "./vendor/preact.js";

/** @import { Place, Query } from "./types.js" */

/** @type {{ view: string, path: string, name: string, query: Query }[]} */
export const LISTS = [
  { view: "open", path: "/", name: "Open", query: { status: "pending", sort: "-created_at" } },
  { view: "today", path: "/today", name: "Today", query: { status: "pending", due: "today", sort: "due_date" } },
  { view: "overdue", path: "/overdue", name: "Overdue", query: { due: "overdue", sort: "due_date" } },
  { view: "done", path: "/done", name: "Done", query: { status: "completed", sort: "-updated_at" } },
  { view: "all", path: "/all", name: "All", query: { sort: "-created_at" } },
];

export const SORTS = [
  ["-created_at", "Newest first"],
  ["created_at", "Oldest first"],
  ["due_date", "Due date"],
  ["-priority", "Priority"],
  ["title", "Title"],
  ["-updated_at", "Recently changed"],
];

export const PRIORITY_FILTERS = [
  ["", "Any priority"],
  ["high", "High"],
  ["medium", "Medium"],
  ["low", "Low"],
  ["none", "No priority"],
];

/**
 * @param {{ pathname: string, search: string }} [at]
 * @returns {Place}
 */
export function place({ pathname, search } = location) {
  const list = LISTS.find((entry) => entry.path === pathname);
  const task = pathname.match(/^\/tasks\/([^/]+)$/);
  const view = list?.view ?? (task ? "task" : pathname.slice(1));
  return { view, taskId: task ? decodeURIComponent(task[1]) : null, search: new URLSearchParams(search) };
}

/**
 * What a list at an address asks the API for. A value that makes no sense is as if it were not there.
 * @param {Place} at
 * @returns {Query}
 */
export function queryAt(at) {
  const list = LISTS.find((entry) => entry.view === at.view) ?? LISTS[0];
  const priority = at.search.get("priority");
  const sort = at.search.get("sort");
  const q = at.search.get("q");
  return {
    ...list.query,
    ...(SORTS.some(([value]) => value === sort) && { sort: /** @type {string} */ (sort) }),
    ...(priority && PRIORITY_FILTERS.some(([value]) => value === priority) && { priority: /** @type {any} */ (priority) }),
    ...(q && { q }),
  };
}

/**
 * Go to an address of the client.
 * @param {string} path
 * @param {{ replace?: boolean }} [how] whether the present address is left out of the history
 */
export function go(path, how = {}) {
  if (path === location.pathname + location.search) return;
  history[how.replace ? "replaceState" : "pushState"](null, "", path);
  if (!how.replace) scrollTo(0, 0);
  dispatchEvent(new Event("place"));
}

/** Where whoever has left finds the way in again, and what comes after it. */
export function toTheDoor() {
  go("/", { replace: true });
}

/**
 * Change one filter in the address.
 * @param {"q" | "priority" | "sort"} name
 * @param {string} value empty takes it out
 */
export function filterBy(name, value) {
  const search = new URLSearchParams(location.search);
  if (value) search.set(name, value);
  else search.delete(name);
  const text = search.toString();
  go(location.pathname + (text ? `?${text}` : ""), { replace: true });
}

/** The place that is shown now; the component is drawn again when it changes. */
export function usePlace() {
  const [now, setNow] = useState(() => place());
  useEffect(() => {
    const update = () => setNow(place());
    addEventListener("place", update);
    addEventListener("popstate", update);
    return () => {
      removeEventListener("place", update);
      removeEventListener("popstate", update);
    };
  }, []);
  return now;
}

/**
 * A plain click on a link stays on the page; every other kind of click is the browser's.
 * @param {MouseEvent} event
 */
export function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
