// The dialog for a task that was changed here and elsewhere: shows both versions, and lets the person choose.

import { Dialog } from "../components/dialog.js";
import { html } from "../vendor/preact.js";
import { dueWords, momentIn, readDue } from "../formatting/due-dates.js";

/** @import { Conflict, Moment, Task, User } from "../types.js" */

const NAMES = /** @type {const} */ ([
  ["title", "Title"], ["description", "Description"], ["completed", "State"], ["priority", "Priority"], ["due_date", "Due"],
]);

/** @param {{ conflict: Conflict, user: User, onChoice: (mine: boolean) => void }} props */
export function ConflictDialog({ conflict, user, onChoice }) {
  const { write, theirs } = conflict;
  const now = momentIn(user.time_zone);
  const removed = write.kind === "remove";
  const fields = NAMES.filter(([name]) => removed || name in write.fields);
  return html`<${Dialog} title="Changed elsewhere" className="conflict">
    <p>“${theirs.title}” was changed on another device${removed ? " before you deleted it" : " while you changed it here"}.</p>
    <table>
      <thead><tr><td></td><th scope="col">Yours</th><th scope="col">On the server</th></tr></thead>
      <tbody>
        ${fields.map(([name, words], at) => html`<tr key=${name}>
          <th scope="row">${words}</th>
          ${!removed && html`<td>${wordsFor(name, /** @type {any} */ (write.fields)[name], now)}</td>`}
          ${removed && at === 0 && html`<td rowspan=${fields.length}>Deleted</td>`}
          <td>${wordsFor(name, theirs[name], now)}</td>
        </tr>`)}
      </tbody>
    </table>
    <div class="buttons">
      <button class="primary" onClick=${() => onChoice(true)}>Keep mine</button>
      <button class="secondary" onClick=${() => onChoice(false)}>Take theirs</button>
    </div>
  <//>`;
}

/**
 * @param {string} name
 * @param {any} value
 * @param {Moment} now
 */
function wordsFor(name, value, now) {
  if (name === "completed") return value ? "Done" : "Open";
  if (value === null || value === "") return html`<i>None</i>`;
  const due = name === "due_date" && readDue(value);
  if (due) return dueWords(due, now, true).words;
  return name === "priority" ? value[0].toUpperCase() + value.slice(1) : value;
}
