// The dialog for a field that was changed both here and elsewhere: shows both values, of which the user chooses one.

import { Dialog } from "../components/dialog.js";
import { same } from "../data/requests.js";
import { describeDue, momentIn, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { html } from "../vendor/preact.js";

/** @import { Account, Conflict } from "../types.js" */

const LABELS = /** @type {Record<string, string>} */ ({
  title: "Title", description: "Notes", completed: "State", priority: "Priority", due_date: "Due", recurrence: "Repeats", list_id: "List", tags: "Tags",
  parent_id: "Parent", deferred_until: "Deferred until", name: "Name", color: "Colour", archived: "Archived",
});

/** @param {{ account: Account, conflict: Conflict }} props */
export function ConflictDialog({ account, conflict }) {
  const { change: { fields, base = {} }, theirs } = conflict;
  const names = Object.keys(fields).filter((name) => !same(fields[name], theirs[name]) && !same(base[name], theirs[name]));
  const choose = (/** @type {boolean} */ mine) => () => account.resolve(conflict, mine);
  return html`<${Dialog} title="Changed elsewhere" className="conflict">
    <p>“${theirs.title ?? theirs.name}” was changed on another device while you changed it here.</p>
    <table>
      <thead><tr><td></td><th scope="col">Yours</th><th scope="col">On the server</th></tr></thead>
      <tbody>
        ${names.map((name) => html`<tr key=${name}>
          <th scope="row">${LABELS[name] ?? name}</th>
          <td dir="auto">${describe(account, name, fields[name])}</td>
          <td dir="auto">${describe(account, name, theirs[name])}</td>
        </tr>`)}
      </tbody>
    </table>
    <div class="buttons">
      <button class="primary" onClick=${choose(true)}>Keep mine</button>
      <button class="secondary" onClick=${choose(false)}>Take theirs</button>
    </div>
  <//>`;
}

/** @param {Account} account @param {string} name @param {any} value */
function describe({ user, view }, name, value) {
  const { lists, tasks } = view.get();
  if (name === "completed") return value ? "Completed" : "Open";
  if (name === "archived") return value ? "Yes" : "No";
  if (name === "list_id") return value ? lists.get(value)?.name ?? "Another list" : "Inbox";
  if (name === "parent_id" && value) return tasks.get(value)?.title ?? "Another task";
  if (name === "recurrence" && value) return value.text ?? value.rule;
  if (name === "tags" && value.length) return value.join(", ");
  if (value === null || value === undefined || value.length === 0) return html`<i>None</i>`;
  const due = /^(due_date|deferred_until)$/.test(name) && parseDue(value);
  return due ? describeDue(due, momentIn(user.time_zone), LOCALE, true).text : value;
}
