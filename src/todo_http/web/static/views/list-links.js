// The lists and tags of the user in the navigation. Lists are ordered by dragging and by keys.

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { moveList } from "../data/commands.js";
import { tagNames } from "../data/counts.js";
import { normalize } from "../data/search.js";
import { byPosition } from "../data/task-tree.js";
import { afterLayout } from "../focus.js";
import { listPath, tagPath } from "../routes.js";
import { useStore } from "../store.js";
import { html, useState } from "../vendor/preact.js";
import { Dot } from "./dot.js";
import { ListMenu, stepList } from "./list-menu.js";
import { NavigationLink } from "./navigation-link.js";

/** @import { Account, Counts, Route, UserList } from "../types.js" */

const TAGS_SHOWN = 8; // more are folded away

/** @param {{ account: Account, route: Route, counts: Counts }} props */
export function ListLinks({ account, route, counts }) {
  const view = useStore(account.view);
  const drag = useListDrag(account);
  const lists = Array.from(view.lists.values()).sort(byPosition);
  const archived = lists.filter((list) => list.archived);
  const item = (/** @type {UserList} */ list) => html`<li key=${list.id} data-list=${list.id} ...${list.archived ? {} : drag(list)}>
    <${NavigationLink} href=${listPath(list.id)} name=${list.name} current=${route.listId === list.id} count=${counts.lists.get(list.id)}><${Dot} list=${list} /><//>
    <${ListMenu} account=${account} list=${list} />
  </li>`;
  return html`<nav aria-label="Lists">
    <div class="heading"><h2>Lists</h2>
      <button class="plain square" aria-label="New list" onClick=${() => overlayDialog.set({ name: "new-list" })}><${Icon} name="add" /></button></div>
    <ul role="list">${lists.filter((list) => !list.archived).map(item)}</ul>
    ${archived.length > 0 && html`<details open=${archived.some(({ id }) => id === route.listId)}>
      <summary>Archived lists</summary>
      <ul role="list">${archived.map(item)}</ul>
    </details>`}
    <${Tags} tags=${tagNames(view).filter((tag) => counts.tags.has(normalize(tag)))} current=${route.tag} counts=${counts} />
  </nav>`;
}

/** @param {{ tags: string[], current: string | null, counts: Counts }} props */
function Tags({ tags, current, counts }) {
  const wanted = current === null ? null : normalize(current);
  return tags.length > 0 && html`<details open=${tags.length <= TAGS_SHOWN || wanted !== null}>
    <summary>Tags</summary>
    <ul role="list">${tags.map((tag) => html`<li key=${tag}>
      <${NavigationLink} href=${tagPath(tag)} name=${tag} current=${normalize(tag) === wanted} count=${counts.tags.get(normalize(tag))}><b>#</b><//></li>`)}</ul>
  </details>`;
}

/**
 * Moving lists: returns the handlers of the row of a list.
 * @param {Account} account
 */
function useListDrag(account) {
  const [dragged, setDragged] = useState(/** @type {UserList | null} */ (null));
  const [target, setTarget] = useState(/** @type {{ id: string, after: boolean } | null} */ (null));
  const end = () => (setDragged(null), setTarget(null));
  return (/** @type {UserList} */ list) => ({
    draggable: true,
    class: target?.id !== list.id ? "" : target.after ? "after" : "before",
    onDragStart: (/** @type {any} */ { dataTransfer }) => {
      dataTransfer.setData("text/plain", list.name);
      setDragged(list);
    },
    onDragOver: (/** @type {any} */ event) => {
      if (!dragged || dragged.id === list.id) return;
      event.preventDefault();
      const { top, height } = event.currentTarget.getBoundingClientRect();
      setTarget({ id: list.id, after: event.clientY > top + height / 2 });
    },
    onDrop: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (dragged && target) moveList(account, dragged, target.after ? { after: target.id } : { before: target.id });
      end();
    },
    onDragEnd: end,
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      const step = /** @type {1 | -1 | undefined} */ ({ ArrowUp: -1, ArrowDown: 1 }[event.key]);
      if (!step || !event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // not a task
      const { target } = event;
      stepList(account, list, step);
      afterLayout(() => /** @type {HTMLElement} */ (target).focus()); // lost when its row is moved
    },
  });
}
