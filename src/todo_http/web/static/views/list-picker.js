// The lists of the user in the navigation: the inbox, their own with the number of open tasks, archived ones, the trash.

import { Icon } from "../components/icons.js";
import { listPath } from "../routes.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** @import { Route, TaskController, UserList } from "../types.js" */

/** @param {{ controller: TaskController, route: Route, onNew: () => void }} props */
export function ListPicker({ controller, route, onNew }) {
  const { lists, counts } = useStore(controller.overview);
  const [open, setOpen] = useState(false); // on narrow pages
  const toggle = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => setOpen(false), [route]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    toggle.current?.focus();
  };
  /** @param {string} id @param {any} icon @param {string} name @param {number} count */
  const item = (id, icon, name, count) => html`<li key=${id}>
    <a href=${listPath(id)} aria-current=${route.listId === id ? "page" : undefined}>${icon}<span dir="auto">${name}</span>
      ${count > 0 && html`<span class="open-count">${count}<span class="hidden"> open</span></span>`}</a>
  </li>`;
  const own = (/** @type {UserList} */ list) => item(list.id, html`<${Dot} list=${list} />`, list.name, counts.lists[list.id] ?? 0);
  const archived = lists.filter((list) => list.archived);
  return html`<nav class="lists" aria-label="Lists" onKeyDown=${onKeyDown}>
    <button class="plain toggle" ref=${toggle} aria-expanded=${open ? "true" : "false"} aria-controls="lists" onClick=${() => setOpen(!open)}>
      <${Icon} name="list" /><span>Lists</span></button>
    <div id="lists" class=${open ? "shown" : ""}>
      <ul role="list">
        ${item("inbox", html`<${Icon} name="inbox" />`, "Inbox", counts.inbox)}
        ${lists.filter((list) => !list.archived).map(own)}
      </ul>
      <button class="plain" onClick=${onNew}><${Icon} name="add" /><span>New list</span></button>
      ${archived.length > 0 && html`<details open=${archived.some(({ id }) => id === route.listId)}>
        <summary>Archived</summary>
        <ul role="list">${archived.map(own)}</ul>
      </details>`}
      <a href="/trash" aria-current=${route.view === "trash" ? "page" : undefined}><${Icon} name="remove" /><span>Trash</span></a>
    </div>
  </nav>`;
}

/** The colour of a list. @param {{ list: UserList }} props */
export function Dot({ list }) {
  return html`<i class="dot" aria-hidden="true" style=${{ background: list.color ?? "" }}></i>`;
}
