// What can be done with a list: the menu of its row in the navigation and of its page.

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { Menu } from "../components/menu.js";
import { usePopover } from "../components/popover.js";
import { changeList, moveList } from "../data/commands.js";
import { byPosition } from "../data/task-tree.js";
import { html } from "../vendor/preact.js";

/** @import { Account, UserList } from "../types.js" */

/** The button that opens the menu. @param {{ account: Account, list: UserList }} props */
export function ListMenu({ account, list }) {
  const { anchor, toggle, close } = usePopover();
  const open = (/** @type {string} */ name) => () => overlayDialog.set({ name, list });
  const items = [
    { label: "Edit …", onSelect: open("edit-list") },
    !list.archived && { label: "Move up", hint: "Alt+↑", onSelect: () => stepList(account, list, -1) },
    !list.archived && { label: "Move down", hint: "Alt+↓", onSelect: () => stepList(account, list, 1) },
    { label: list.archived ? "Unarchive" : "Archive", onSelect: () => changeList(account, list, { archived: !list.archived }) },
    { label: "Delete …", tone: "danger", onSelect: open("delete-list") },
  ];
  return html`<button class="plain square more" aria-label="Actions for ${list.name}" aria-haspopup="menu" aria-expanded=${anchor ? "true" : "false"}
      onClick=${toggle}><${Icon} name="dots" /></button>
    ${anchor && html`<${Menu} anchor=${anchor} label="Actions for ${list.name}" items=${items} onClose=${close} />`}`;
}

/** The lists that are not archived, in their order. @param {Account} account */
function shownLists(account) {
  return Array.from(account.view.get().lists.values()).filter(({ archived }) => !archived).sort(byPosition);
}

/** Moves a list by one place, unless it is at the end. @param {Account} account @param {UserList} list @param {1 | -1} step */
export function stepList(account, list, step) {
  const lists = shownLists(account);
  const other = lists[lists.findIndex(({ id }) => id === list.id) + step];
  if (other) moveList(account, list, step < 0 ? { before: other.id } : { after: other.id });
}
