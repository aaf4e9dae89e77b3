// The dialog for a task that was changed both here and elsewhere: shows both versions, of which the user chooses one.

import { Dialog } from "../components/dialog.js";
import { describeDue, momentIn, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { html } from "../vendor/preact.js";

/** @import { Conflict, Moment, User, UserList } from "../types.js" */

const LABELS = /** @type {const} */ ([
  ["title", "Title"], ["description", "Description"], ["completed", "State"], ["priority", "Priority"], ["due_date", "Due"],
  ["recurrence", "Repeats"], ["list_id", "List"], ["tags", "Tags"],
]);

/** @param {{ conflict: Conflict, user: User, lists: UserList[], onChoice: (mine: boolean) => void }} props */
export function ConflictDialog({ conflict, user, lists, onChoice }) {
  const { request: { change }, theirs } = conflict;
  const now = momentIn(user.time_zone);
  const removed = change.kind === "remove";
  const rows = LABELS.filter(([name]) => removed || name in change.fields);
  return html`<${Dialog} title="Changed elsewhere" className="conflict">
    <p>“${theirs.title}” was changed on another device${removed ? " before you deleted it" : " while you changed it here"}.</p>
    <table>
      <thead><tr><td></td><th scope="col">Yours</th><th scope="col">On the server</th></tr></thead>
      <tbody>
        ${rows.map(([name, label], index) => html`<tr key=${name}>
          <th scope="row">${label}</th>
          ${!removed && html`<td>${describeValue(name, change.fields[name], now, lists)}</td>`}
          ${removed && index === 0 && html`<td rowspan=${rows.length}>Deleted</td>`}
          <td>${describeValue(name, theirs[name], now, lists)}</td>
        </tr>`)}
      </tbody>
    </table>
    <div class="buttons">
      <button class="primary" onClick=${() => onChoice(true)}>Keep mine</button>
      <button class="secondary" onClick=${() => onChoice(false)}>Take theirs</button>
    </div>
  <//>`;
}

/** @param {string} name @param {any} value @param {Moment} now @param {UserList[]} lists */
function describeValue(name, value, now, lists) {
  if (name === "completed") return value ? "Done" : "Open";
  if (name === "list_id") return value ? (lists.find(({ id }) => id === value)?.name ?? "List") : "Inbox";
  if (name === "recurrence" && value) return value.text ?? value.rule;
  if (name === "tags" && value.length) return value.join(", ");
  if (value === null || value.length === 0) return html`<i>None</i>`;
  const due = name === "due_date" && parseDue(value);
  if (due) return describeDue(due, now, LOCALE, true).text;
  return name === "priority" ? value[0].toUpperCase() + value.slice(1) : value;
}
