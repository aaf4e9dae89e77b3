// The workspace of the signed-in user: what surrounds every view. Loaded once somebody is signed in.

import { Toasts, dismissAll, showError, showToast } from "./components/toasts.js";
import { newId } from "./api.js";
import { createAccount } from "./data/account.js";
import { rowsOfList } from "./data/selectors.js";
import { followLink } from "./router.js";
import { registerServiceWorker } from "./service-worker-registration.js";
import { useStore } from "./store.js";
import { html, useEffect, useState } from "./vendor/preact.js";

/** @import { Account, Route, Task, User } from "./types.js" */

/** @param {{ user: User, route: Route }} props */
export function Workspace({ user, route }) {
  const [account] = useState(() => createAccount(user, ({ problem }) => showError(problem.message)));
  useEffect(() => () => {
    void account.stop();
    dismissAll(); // they are about this user's tasks
  }, []);
  useEffect(registerServiceWorker, []);
  return html`<div class="workspace" onClick=${followLink}>
    <nav aria-label="Views"><a href="/inbox">Inbox</a> <a href="/today">Today</a></nav>
    <main id="main" tabindex="-1"><${ListPage} account=${account} route=${route} /></main>
    <${Toasts} />
  </div>`;
}

/** @param {{ account: Account, route: Route }} props */
function ListPage({ account, route }) {
  const view = useStore(account.view);
  const status = useStore(account.status);
  const rows = rowsOfList(view, route.listId);
  /** @param {Event} event */
  const add = (event) => {
    event.preventDefault();
    const field = /** @type {any} */ (event.target).elements.title;
    const title = field.value.trim();
    if (title) account.act(`Added “${title}”`, [{ entity: "task", kind: "add", id: newId(), title, fields: { title, list_id: route.listId } }]);
    field.value = "";
  };
  /** @param {Task} task */
  const tick = (task) => {
    const action = account.act(`Completed “${task.title}”`, [{ entity: "task", kind: "complete", id: task.id, title: task.title,
      fields: { completed: true }, occurrence: task.recurrence ? task.due_date : undefined }]);
    showToast(action.label, { action: "Undo", onAction: () => account.undo(action) });
  };
  return html`<h1>${route.view} ${status.live ? "live" : "..."}</h1>
    <form onSubmit=${add}><input name="title" aria-label="Add a task" /></form>
    <ul role="list" aria-label="Tasks">${rows.map(({ key, task }) => html`<li key=${key}>
      <input type="checkbox" aria-label="Complete ${task.title}" checked=${task.completed} onChange=${() => tick(task)} /> ${task.title}</li>`)}</ul>`;
}
