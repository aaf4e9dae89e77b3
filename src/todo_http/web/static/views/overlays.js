// What opens above the workspace: the palette, the help page, choosers for dates, lists and tags, dialogs about lists. One at a time.

import { allActions, overlayDialog, registerActions, runAction } from "../actions.js";
import { lazy } from "../components/lazy.js";
import { Menu } from "../components/menu.js";
import { named } from "../data/commands.js";
import { keyName, useActionKeys } from "../keyboard.js";
import { useStore } from "../store.js";
import { html, useEffect } from "../vendor/preact.js";
import { AddDialog } from "./add-dialog.js";
import { targets } from "./selection.js";
import { WORKSPACE_ACTIONS } from "./task-actions.js";

/** @import { Account, Task } from "../types.js" */

const ListChooser = lazy("ListChooser", () => import("./choosers.js"));
const TagChooser = lazy("TagChooser", () => import("./choosers.js"));
const ListDialog = lazy("ListDialog", () => import("./list-dialog.js"));
const ListDeletion = lazy("ListDeletion", () => import("./list-dialog.js"));
const ConflictDialog = lazy("ConflictDialog", () => import("./conflict-dialog.js"));
const TasksDatePopover = lazy("TasksDatePopover", () => import("./calendar.js"));
const Palette = lazy("Palette", () => import("./palette.js"));
const Help = lazy("Help", () => import("./palette.js"));

const PRELOAD = 1000; // milliseconds after the workspace

/** @param {{ account: Account }} props */
export function Overlays({ account }) {
  const shown = useStore(overlayDialog);
  const [conflict] = useStore(account.conflicts);
  const context = () => ({ account, tasks: targets(account), anchor: document.activeElement });
  useEffect(() => registerActions(WORKSPACE_ACTIONS), []);
  useEffect(() => void setTimeout(() => Palette.load().catch(() => null), PRELOAD), []); // what is typed behind its key is meant for it
  useActionKeys(context);
  const onClose = () => overlayDialog.set(null);
  const tasks = (shown?.tasks ?? []).flatMap((/** @type {Task} */ { id }) => account.view.get().tasks.get(id) ?? []);
  const choosing = { account, tasks, onClose };
  if (conflict) return html`<${ConflictDialog} key=${conflict.request.id} account=${account} conflict=${conflict} />`;
  switch (shown?.name) {
    case "palette": return html`<${Palette} account=${account} context=${context} onClose=${onClose} />`;
    case "help": return html`<${Help} onClose=${onClose} />`;
    case "add": return html`<${AddDialog} account=${account} text=${shown.text ?? ""} defaults=${shown.defaults} onClose=${onClose} />`;
    case "date": return tasks.length ? html`<${TasksDatePopover} ...${choosing} anchor=${shown.anchor ?? document.body} />` : null;
    case "menu": return tasks.length ? html`<${TaskMenu} ...${choosing} anchor=${shown.anchor} />` : null;
    case "list": return tasks.length ? html`<${ListChooser} ...${choosing} />` : null;
    case "tags": return tasks.length ? html`<${TagChooser} ...${choosing} />` : null;
    case "new-list":
    case "edit-list": return html`<${ListDialog} account=${account} list=${shown.list} onClose=${onClose} />`;
    case "delete-list": return html`<${ListDeletion} account=${account} list=${shown.list} onClose=${onClose} />`;
    default: return null;
  }
}

/** What can be done with tasks. @param {{ account: Account, tasks: Task[], anchor: Element, onClose: () => void }} props */
function TaskMenu({ account, tasks, anchor, onClose }) {
  const context = { account, tasks, anchor };
  const items = allActions().filter((action) => action.needsTasks && action.id !== "select" && action.available?.(context) !== false).map(({ id, label, icon, keys = [] }) => ({
    label, icon: /** @type {any} */ (icon), hint: keys[0] && keyName(keys[0]), tone: id === "delete" ? /** @type {const} */ ("danger") : undefined,
    onSelect: () => void runAction(id, context),
  }));
  return html`<${Menu} anchor=${anchor} label="More for ${named(tasks)}" items=${items} onClose=${onClose} />`;
}
