// Preferences stored in this browser: the theme, and whether single keys are shortcuts.

/** @typedef {{ theme: "system" | "light" | "dark", keys: boolean }} Preferences */

const STORAGE_KEY = "todo.settings";
const DEFAULTS = /** @type {Preferences} */ ({ theme: "system", keys: true });

/** @returns {Preferences} */
export function preferences() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") };
  } catch {
    return DEFAULTS;
  }
}

/** @param {Partial<Preferences>} changes */
export function setPreferences(changes) {
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...preferences(), ...changes }));
  applyTheme();
}

/** Applies the chosen theme; "system" leaves it to the browser. */
export function applyTheme() {
  document.documentElement.dataset.theme = preferences().theme;
}

addEventListener("storage", (event) => {
  if (event.key === STORAGE_KEY) applyTheme();
});
