// Navigation: the current route, and going to another one without loading the page again.

import { parseRoute } from "./routes.js";
import { createStore } from "./store.js";

export const currentRoute = createStore(parseRoute(location));

const update = () => currentRoute.set(parseRoute(location));
addEventListener("popstate", update);

/**
 * @param {string} path an address of the client
 * @param {{ replace?: boolean }} [options] whether to replace the current entry of the history
 */
export function navigate(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  if (!replace) scrollTo(0, 0);
  update();
}

/** To the start page; the page left does not stay in the history. */
export function redirectHome() {
  navigate("/", { replace: true });
}

/**
 * Sets one filter of the address, or removes it if the value is empty.
 * @param {"q" | "priority" | "sort" | "tag"} name
 * @param {string} value
 */
export function setFilter(name, value) {
  const search = new URLSearchParams(location.search);
  if (value) search.set(name, value);
  else search.delete(name);
  const query = search.toString();
  navigate(location.pathname + (query && `?${query}`), { replace: true });
}

/**
 * Handles plain clicks on links; modified clicks are left to the browser.
 * @param {MouseEvent} event
 */
export function followLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
