// What the window is like, as stores.

import { createStore } from "./store.js";

/** Whether the window is as narrow as a phone: the navigation is a bar at the bottom. */
export const narrow = matching("(max-width: 49.99rem)");

/** @param {string} condition a media query */
function matching(condition) {
  const query = matchMedia(condition);
  const store = createStore(query.matches);
  query.addEventListener("change", () => store.set(query.matches));
  return store;
}
