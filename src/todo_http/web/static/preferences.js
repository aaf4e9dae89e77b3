// Preferences stored in this browser: theme, density, single keys, what is folded away, the time zone that is kept in spite of the browser's, and whether somebody has been signed in here.

import { createStore, useStore } from "./store.js";

/** @typedef {{ theme: "system" | "light" | "dark", density: "comfortable" | "compact", keys: boolean, keptZone: string, visited: boolean, folded: string[] }} Preferences */

const STORAGE_KEY = "todo.settings";
const DEFAULTS = /** @type {Preferences} */ ({ theme: "system", density: "comfortable", keys: true, keptZone: "", visited: false, folded: [] });
const store = createStore(stored());

export const preferences = store.get;

/** The preferences, in a component. */
export function usePreferences() {
  return useStore(store);
}

/** @param {Partial<Preferences>} changes */
export function setPreferences(changes) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...stored(), ...changes }));
  } catch {
    // The storage is full: they stay as they are.
  }
  applyPreferences();
}

/** Applies theme and density to the page; the theme "system" leaves it to the browser. */
export function applyPreferences() {
  store.set(stored());
  const { theme, density } = preferences();
  Object.assign(document.documentElement.dataset, { theme, density });
}

/** @returns {Preferences} */
function stored() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") };
  } catch {
    return DEFAULTS;
  }
}

addEventListener("storage", (event) => {
  if (event.key === STORAGE_KEY) applyPreferences();
});
