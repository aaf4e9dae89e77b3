// Navigation: the current route, and going to another one without loading the page again.

import { movedTo, parseRoute } from "./routes.js";
import { createStore } from "./store.js";

const moved = movedTo(location);
if (moved) history.replaceState(null, "", moved);
export const currentRoute = createStore(parseRoute(location));

const update = () => currentRoute.set(parseRoute(location));
addEventListener("popstate", update);

/**
 * @param {string} path an address of the client
 * @param {{ replace?: boolean }} [options] whether to replace the current entry of the history
 */
export function navigate(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  const samePage = path.split("?")[0] === location.pathname;
  history[replace ? "replaceState" : "pushState"]({ within: !replace || history.state?.within }, "", path);
  if (!replace && !samePage) scrollTo(0, 0);
  update();
}

/** To the start page; the page left does not stay in the history. */
export function redirectHome() {
  navigate("/inbox", { replace: true });
}

/**
 * Sets parameters of the address, or removes those whose value is empty.
 * @param {Record<string, string>} values
 * @param {{ replace?: boolean }} [options]
 */
export function setParameters(values, options = { replace: true }) {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) search.set(name, value);
    else search.delete(name);
  }
  const query = search.toString();
  navigate(location.pathname + (query && `?${query}`), options);
}

/** Opens a task in the detail panel, over the present view. @param {string} id */
export function openTask(id) {
  setParameters({ task: id }, { replace: Boolean(currentRoute.get().taskId) });
}

/** Closes the detail panel: goes back if it was opened from this page, so that the history does not grow. */
export function closeTask() {
  if (history.state?.within && currentRoute.get().taskId) history.back();
  else setParameters({ task: "" });
}

/**
 * Handles plain clicks on links; modified clicks are left to the browser.
 * @param {MouseEvent} event
 */
export function followLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
