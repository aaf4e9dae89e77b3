// The page of each view.

import { newId } from "../api.js";
import { complete } from "../data/commands.js";
import { rowsOfList } from "../data/selectors.js";
import { openTask } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect } from "../vendor/preact.js";

/** @import { Account, Route, User } from "../types.js" */

/** @param {{ account: Account, user: User, route: Route }} props */
export function Page({ account, route }) {
  const view = useStore(account.view);
  const rows = rowsOfList(view, route.listId);
  const title = view.lists.get(route.listId ?? "")?.name ?? route.view[0].toUpperCase() + route.view.slice(1);
  useEffect(() => {
    document.title = `${title} · Todo`;
  }, [title]);
  /** @param {Event} event */
  const add = (event) => {
    event.preventDefault();
    const field = /** @type {any} */ (event.target).elements.title;
    const title = field.value.trim();
    if (title) account.act(`Added “${title}”`, [{ entity: "task", kind: "add", id: newId(), title, fields: { title, list_id: route.listId } }]);
    field.value = "";
  };
  return html`<div class="page">
    <div class="heading"><h1 dir="auto">${title}</h1></div>
    <form onSubmit=${add}><input name="title" aria-label="Add a task" /></form>
    <ul role="list" aria-label="Tasks">${rows.map(({ key, task }) => html`<li key=${key}>
      <input type="checkbox" aria-label="Complete ${task.title}" checked=${task.completed} onChange=${() => complete(account, [task])} />
      <button class="link" onClick=${() => openTask(task.id)}>${task.title}</button></li>`)}</ul>
  </div>`;
}
