// The palette, which goes to views, lists, tags and tasks and runs actions; and the help page, both from the registry of actions.

import { allActions, runAction } from "../actions.js";
import { Chooser } from "../components/chooser.js";
import { Dialog } from "../components/dialog.js";
import { tagNames } from "../data/counts.js";
import { normalize, searchFor } from "../data/search.js";
import { keyName } from "../keyboard.js";
import { preferences } from "../preferences.js";
import { navigate, openTask } from "../router.js";
import { listPath, tagPath } from "../routes.js";
import { html } from "../vendor/preact.js";
import { Dot } from "./dot.js";

/** @import { ActionContext } from "../actions.js" */
/** @import { Choice } from "../components/chooser.js" */
/** @import { Account } from "../types.js" */

const TASKS_MAX = 20;
const HIDDEN = ["palette", "escape"];
const OTHER_KEYS = [["ArrowDown", "Next task"], ["ArrowUp", "Previous task"], [" ", "Complete or reopen"], ["Alt+ArrowUp", "Move up"], ["Alt+ArrowDown", "Move down"],
  ["Alt+Shift+ArrowRight", "Make it a subtask"], ["Alt+Shift+ArrowLeft", "Move it out"], ["Shift+ArrowDown", "Select several"]];

/** @param {{ account: Account, context: () => ActionContext, onClose: () => void }} props */
export function Palette({ account, context, onClose }) {
  const { tasks, lists } = account.view.get();
  const found = context();
  const actions = allActions().filter((action) => !HIDDEN.includes(action.id) && (!action.needsTasks || found.tasks.length) && action.available?.(found) !== false);
  /** @param {string} query @returns {Choice[]} */
  const choices = (query) => {
    const words = normalize(query).split(/\s+/).filter(Boolean);
    const fits = (/** @type {string} */ name) => words.every((word) => normalize(name).includes(word));
    const places = [
      ...Array.from(lists.values(), (list) => ({ id: list.id, label: list.name, icon: html`<${Dot} list=${list} />`, run: () => navigate(listPath(list.id)) })),
      ...tagNames({ tasks }).map((tag) => ({ id: `#${tag}`, label: tag, icon: "tag", run: () => navigate(tagPath(tag)) })),
    ].filter(({ label }) => fits(label)).map((place) => ({ ...place, group: "Go to" }));
    const offered = actions.filter(({ label }) => fits(label))
      .map(({ id, label, icon, group, keys }) => ({ id, label, icon, group, hint: keys?.map((key) => keyName(key)).join(" "), run: () => void runAction(id, found) }));
    const goTo = offered.filter(({ group }) => group === "Go to");
    const others = offered.filter(({ group }) => group !== "Go to").map((action) => ({ ...action, group: "Actions" }));
    return [...goTo, ...places, ...(words.length ? tasksFor(query) : []), ...others];
  };
  /** @param {string} query */
  const tasksFor = (query) => {
    const matches = searchFor(query);
    const matching = [];
    for (const task of tasks.values()) {
      if (matching.length >= TASKS_MAX) break;
      if (!task.completed && matches(task)) matching.push({ id: task.id, label: task.title, group: "Tasks", icon: "open", run: () => openTask(task.id) });
    }
    return matching;
  };
  return html`<${Chooser} title="Go to or do" placeholder="A view, list, tag, task or action" choices=${choices} onClose=${onClose} />`;
}

/** @param {{ onClose: () => void }} props */
export function Help({ onClose }) {
  const actions = allActions().filter(({ keys }) => keys?.length);
  const groups = Array.from(new Set(actions.map(({ group }) => group)));
  return html`<${Dialog} title="Keyboard shortcuts" className="keys-help" onClose=${onClose}>
    ${!preferences().keys && html`<p class="notice">Single-key shortcuts are switched off in the settings.</p>`}
    <div class="columns">
      ${groups.map((group) => html`<section key=${group}>
        <h3>${group}</h3>
        <dl>
          ${actions.filter((action) => action.group === group).map(({ id, label, keys = [] }) => html`<${Line} key=${id} label=${label} keys=${keys} />`)}
          ${group === "Tasks" && OTHER_KEYS.map(([key, label]) => html`<${Line} key=${key} label=${label} keys=${[key]} />`)}
        </dl>
      </section>`)}
    </div>
    <div class="buttons"><button class="primary" onClick=${onClose}>Close</button></div>
  <//>`;
}

/** @param {{ label: string, keys: string[] }} props */
function Line({ label, keys }) {
  return html`<div>
    <dt>${keys.map((key, index) => html`${index > 0 && " or "}${key.split(" ").filter(Boolean).map((part) => html`<kbd>${keyName(part)}</kbd> `)}${key === " " && html`<kbd>Space</kbd>`}`)}</dt>
    <dd>${label}</dd>
  </div>`;
}
