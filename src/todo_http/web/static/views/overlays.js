// What opens above the workspace: the palette, the help page, and the choosers for dates, lists and tags. One at a time.

import { allActions, overlayDialog, registerActions, runAction } from "../actions.js";
import { Chooser } from "../components/chooser.js";
import { lazy } from "../components/lazy.js";
import { Menu } from "../components/menu.js";
import { addList, change, moveToList, named } from "../data/commands.js";
import { tagNames } from "../data/counts.js";
import { hasTag, normalize } from "../data/search.js";
import { byPosition } from "../data/task-tree.js";
import { keyName, useActionKeys } from "../keyboard.js";
import { useStore } from "../store.js";
import { html, useEffect } from "../vendor/preact.js";
import { AddDialog } from "./add-dialog.js";
import { Dot } from "./dot.js";
import { targets } from "./selection.js";
import { WORKSPACE_ACTIONS } from "./task-actions.js";

/** @import { Choice } from "../components/chooser.js" */
/** @import { Account, Task } from "../types.js" */

const ConflictDialog = lazy("ConflictDialog", () => import("./conflict-dialog.js"));
const TasksDatePopover = lazy("TasksDatePopover", () => import("./calendar.js"));
const Palette = lazy("Palette", () => import("./palette.js"));
const Help = lazy("Help", () => import("./palette.js"));

/** @param {{ account: Account }} props */
export function Overlays({ account }) {
  const shown = useStore(overlayDialog);
  const [conflict] = useStore(account.conflicts);
  const context = () => ({ account, tasks: targets(account), anchor: document.activeElement });
  useEffect(() => registerActions(WORKSPACE_ACTIONS), []);
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

/** @param {{ account: Account, tasks: Task[], onClose: () => void }} props */
function ListChooser({ account, tasks, onClose }) {
  /** @param {string} query @returns {Choice[]} */
  const choices = (query) => {
    const lists = Array.from(account.view.get().lists.values()).filter(({ archived }) => !archived).sort(byPosition);
    const all = [{ id: "", name: "Inbox", list: null }, ...lists.map((list) => ({ id: list.id, name: list.name, list }))];
    const found = all.filter(({ name }) => normalize(name).includes(normalize(query)))
      .map(({ id, name, list }) => ({ id, label: name, icon: list ? html`<${Dot} list=${list} />` : "inbox", checked: tasks.every((task) => (task.list_id ?? "") === id), run: () => void moveToList(account, tasks, id || null) }));
    const isNew = query && !all.some(({ name }) => normalize(name) === normalize(query));
    return isNew ? [...found, { id: "new", label: `New list “${query}”`, icon: "add", run: () => void moveToList(account, tasks, addList(account, { name: query })) }] : found;
  };
  return html`<${Chooser} title="Move to a list" placeholder="Name of a list" choices=${choices} onClose=${onClose} />`;
}

/** @param {{ account: Account, tasks: Task[], onClose: () => void }} props */
function TagChooser({ account, tasks, onClose }) {
  const view = useStore(account.view);
  const present = tasks.map((task) => view.tasks.get(task.id) ?? task);
  /** @param {string} tag */
  const toggle = (tag) => {
    const everywhere = present.every(({ tags }) => hasTag(tags, tag));
    const without = (/** @type {Task} */ { tags }) => tags.filter((other) => normalize(other) !== normalize(tag));
    change(account, present, (task) => ({ tags: everywhere ? without(task) : [...without(task), tag] }), everywhere ? `Removed #${tag} from %` : `Added #${tag} to %`);
  };
  /** @param {string} query @returns {Choice[]} */
  const choices = (query) => {
    const name = query.replace(/^[#@]/, "");
    const known = tagNames(view);
    const found = known.filter((tag) => normalize(tag).includes(normalize(name)))
      .map((tag) => ({ id: tag, label: tag, icon: "tag", checked: present.every(({ tags }) => hasTag(tags, tag)), run: () => toggle(tag) }));
    return name && !hasTag(known, name) ? [...found, { id: "new tag", label: `New tag “${name}”`, icon: "add", run: () => toggle(name) }] : found;
  };
  return html`<${Chooser} title="Tags of ${named(present)}" placeholder="Name of a tag" choices=${choices} onClose=${onClose} keepOpen />`;
}
