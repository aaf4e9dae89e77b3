// The line at the head of a view in which tasks are added to it.

import { Icon } from "../components/icons.js";
import { showToast } from "../components/toasts.js";
import { addingTo } from "../data/adding.js";
import { addTask, named } from "../data/commands.js";
import { html } from "../vendor/preact.js";

/** @import { Account, Moment, Route } from "../types.js" */

/** @param {{ account: Account, route: Route, now: Moment }} props */
export function QuickEntry({ account, route, now }) {
  const { fields, elsewhere } = addingTo(route, account.view.get(), now);
  const add = (/** @type {any} */ event) => {
    event.preventDefault();
    const field = event.target.elements.title;
    const title = field.value.trim();
    field.value = "";
    if (!title) return;
    addTask(account, { ...fields, title });
    if (elsewhere) showToast(`Added ${named([{ title }])} to ${elsewhere}`);
  };
  return html`<form class="line" onSubmit=${add}><${Icon} name="add" />
    <input id="quick-entry" name="title" aria-label="Add a task" placeholder="Add a task" autocomplete="off" /></form>`;
}
