// The dialog that lists the keyboard shortcuts.

import { Dialog } from "../components/dialog.js";
import { preferences } from "../preferences.js";
import { html } from "../vendor/preact.js";

const KEYS = /** @type {const} */ ([
  ["Anywhere", [["n", "Add a task"], ["/", "Search"], ["↓ ↑ or j k", "Through the tasks"], ["z", "Undo the latest"], ["?", "This help"]]],
  ["On a task", [["Space", "Tick or untick"], ["e", "Edit"], ["s", "Add a subtask"], ["Delete or d", "Delete"], ["Home End", "First, last"]]],
  ["In a list", [["Alt ↑ ↓", "Move up, down"], ["Alt Shift → ←", "Make a subtask, or not"]]],
  ["While writing", [["Enter", "Save"], ["Ctrl Enter", "Save, from the description too"], ["Esc", "Leave it as it was"]]],
  ["Words in “Add a task”", [["!high !medium !low", "Priority; !1 !2 !3 too"], ["today tomorrow fri", "Due date"], ["2026-12-24", "Due on that day"], ["17:00 5pm", "Time"], ["#home", "Tag"]]],
]);

/** @param {{ onClose: () => void }} props */
export function ShortcutsDialog({ onClose }) {
  return html`<${Dialog} title="Keyboard shortcuts" className="keys-help" onClose=${onClose}>
    ${!preferences().keys && html`<p class="notice">Single-key shortcuts are switched off in the settings.</p>`}
    <div class="columns">
      ${KEYS.map(([title, keys]) => html`<section key=${title}>
        <h3>${title}</h3>
        <dl>${keys.map(([key, text]) => html`<div key=${key}><dt>${key.split(" ").map(renderKey)}</dt><dd>${text}</dd></div>`)}</dl>
      </section>`)}
    </div>
    <div class="buttons"><button class="primary" onClick=${onClose}>Close</button></div>
  <//>`;
}

/** @param {string} key */
function renderKey(key) {
  return key === "or" ? html` <span>or</span> ` : html`<kbd>${key}</kbd> `;
}
