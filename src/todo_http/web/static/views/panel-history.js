// The history of a task in its panel, in words, as the server keeps it.

import { describeDue, formatInstant, momentIn, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @import { Account, Task } from "../types.js" */

const PAGE = 20;
const NAMES = /** @type {Record<string, string>} */ ({
  title: "Title", description: "Notes", priority: "Priority", due_date: "Date", recurrence: "Repetition", list_id: "List", parent_id: "Parent", tags: "Tags", deferred_until: "Deferred until",
});
const KINDS = /** @type {Record<string, string>} */ ({ created: "Created", deleted: "Deleted", restored: "Restored", purged: "Deleted permanently", updated: "Changed" });

/** @param {{ account: Account, task: Task }} props */
export function PanelHistory({ account, task }) {
  const [open, setOpen] = useState(false);
  return html`<details class="history" open=${open} onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary>History</summary>
    ${open && html`<${Entries} account=${account} task=${task} />`}
  </details>`;
}

/** @param {{ account: Account, task: Task }} props */
function Entries({ account, task }) {
  const [entries, setEntries] = useState(/** @type {any[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [text, setText] = useState("Loading …");
  const zone = account.user.time_zone;
  const load = async (/** @type {string} */ path, /** @type {any[]} */ before) => {
    try {
      const { body, next: following } = await account.read("GET", path, {});
      setEntries([...before, ...body]);
      setNext(following);
      setText("");
    } catch {
      setText("The history needs a connection to the server.");
    }
  };
  useEffect(() => void load(`/api/${account.user.id}/tasks/${task.id}/history?limit=${PAGE}`, []), [task.id, task.revision]);
  return html`${text && html`<p class="hint" role="status">${text}</p>`}
    <ol>${entries.map((entry, index) => html`<li key=${entry.seq}>
      <span>${describeEntry(account, entry, entries[index + 1])}</span>
      <time datetime=${entry.at} title=${formatInstant(entry.at, zone)}>${formatInstant(entry.at, zone)}</time>
    </li>`)}</ol>
    ${next && html`<button class="link" onClick=${() => load(next, entries)}>Show more</button>`}`;
}

/**
 * What a change did, in words.
 * @param {Account} account
 * @param {any} entry
 * @param {any} [before] the change before it, if it is known
 */
function describeEntry(account, { kind, value }, before) {
  if (kind !== "updated" || !value || !before?.value) return KINDS[kind];
  if (value.completed !== before.value.completed) return value.completed ? "Completed" : "Reopened";
  const names = Object.keys(NAMES).filter((name) => JSON.stringify(value[name]) !== JSON.stringify(before.value[name]));
  if (!names.length) return "Moved";
  return names.map((name) => {
    const long = name === "description" || name === "title";
    return long ? `${NAMES[name]} changed` : `${NAMES[name]}: ${wordsFor(account, name, before.value[name])} → ${wordsFor(account, name, value[name])}`;
  }).join("; ");
}

/** @param {Account} account @param {string} name @param {any} value */
function wordsFor({ user, view }, name, value) {
  const { lists, tasks } = view.get();
  if (name === "list_id") return value ? lists.get(value)?.name ?? "another list" : "Inbox";
  if (name === "parent_id") return value ? tasks.get(value)?.title ?? "another task" : "none";
  if (name === "recurrence") return value?.text ?? "never";
  if (name === "tags") return value.join(", ") || "none";
  const due = name === "priority" ? null : parseDue(value);
  return due ? describeDue(due, momentIn(user.time_zone), LOCALE, true).text : value ?? "none";
}
