// The choosers of lists and tags for tasks.

import { Chooser } from "../components/chooser.js";
import { addList, change, moveToList, named } from "../data/commands.js";
import { tagNames } from "../data/counts.js";
import { hasTag, normalize } from "../data/search.js";
import { byPosition } from "../data/task-tree.js";
import { useStore } from "../store.js";
import { html } from "../vendor/preact.js";
import { Dot } from "./dot.js";

/** @import { Choice } from "../components/chooser.js" */
/** @import { Account, Task } from "../types.js" */

/** @param {{ account: Account, tasks: Task[], onClose: () => void }} props */
export function ListChooser({ account, tasks, onClose }) {
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
export function TagChooser({ account, tasks, onClose }) {
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
