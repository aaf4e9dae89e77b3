// What this browser remembers of a person's taste: the theme, and whether single keys are shortcuts.

/** @typedef {{ theme: "system" | "light" | "dark", keys: boolean }} Preferences */

const STORED = "todo.settings";

/** @returns {Preferences} */
export function preferences() {
  try {
    return { theme: "system", keys: true, ...JSON.parse(localStorage.getItem(STORED) ?? "{}") };
  } catch {
    return { theme: "system", keys: true };
  }
}

/** @param {Partial<Preferences>} changed */
export function prefer(changed) {
  localStorage.setItem(STORED, JSON.stringify({ ...preferences(), ...changed }));
  applyTheme();
}

/** Show the page in the theme that was chosen; "system" leaves it to the browser. */
export function applyTheme() {
  document.documentElement.dataset.theme = preferences().theme;
}

addEventListener("storage", (event) => {
  if (event.key === STORED) applyTheme();
});
