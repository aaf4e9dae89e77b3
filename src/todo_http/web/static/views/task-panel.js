// The panel with everything about one task: beside the list on wide screens, above it on others. It saves as one types.

import { Icon } from "../components/icons.js";
import { complete } from "../data/commands.js";
import { isFocusLost, focusPage } from "../focus.js";
import { closeTask, openTask } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { PanelFacts } from "./panel-facts.js";
import { PanelHistory } from "./panel-history.js";
import { PanelMenu } from "./panel-menu.js";
import { PanelSubtasks } from "./panel-subtasks.js";
import { GrowingText, Notes } from "./panel-text.js";
import { useNow } from "./use-now.js";

/** @import { Account, Task } from "../types.js" */

/** From this width on the panel is a column of the page; below it covers the page. */
const COLUMN = "(min-width: 80rem)";
const TITLE_MAX = 255;

/** @param {{ account: Account, taskId: string }} props */
export function TaskPanel({ account, taskId }) {
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const { tasks } = useStore(account.view);
  const task = tasks.get(taskId);
  const latest = useRef(/** @type {Task | undefined} */ (undefined));
  if (task) latest.current = task;
  useEffect(() => {
    const before = document.activeElement;
    if (!matchMedia(COLUMN).matches || isFocusLost()) panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      else if (isFocusLost()) focusPage();
    };
  }, []);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur(); // saves what is being typed
    closeTask();
  };
  return html`<div class="panel-backdrop" onClick=${closeTask} aria-hidden="true"></div>
    <aside class="panel" aria-label="Task" ref=${panel} tabindex="-1" onKeyDown=${onKey}>
      ${task ? html`<${Content} key=${task.id} account=${account} task=${task} />`
        : html`<${Missing} key=${taskId} account=${account} taskId=${taskId} before=${latest.current?.id === taskId ? latest.current : undefined} />`}
    </aside>`;
}

/** @param {{ account: Account, task: Task }} props */
function Content({ account, task }) {
  const now = useNow(account.user.time_zone);
  const parent = account.view.get().tasks.get(task.parent_id ?? "");
  const own = { account, task, now };
  const tick = () => void complete(account, [task]);
  return html`<header>
      ${parent && html`<button class="plain crumb" onClick=${() => openTask(parent.id)}><${Icon} name="subtask" /><span dir="auto">${parent.title}</span></button>`}
      <span class="space"></span>
      <${PanelMenu} ...${own} />
      <button class="plain square" aria-label="Close the task" title="Close" onClick=${closeTask}><${Icon} name="close" /></button>
    </header>
    <div class="headline">
      <label class="tickbox"><input class="tick ${task.priority ?? ""}" type="checkbox" checked=${task.completed} aria-label="Complete ${task.title}" onChange=${tick} /></label>
      <${GrowingText} ...${own} name="title" label="Title" most=${TITLE_MAX} required className=${task.completed ? "title completed" : "title"} />
    </div>
    <${PanelFacts} ...${own} />
    <${Notes} ...${own} />
    <${PanelSubtasks} ...${own} />
    <${PanelHistory} key=${task.revision} ...${own} />`;
}

/**
 * A task that is not in the local copy: read once; or deleted while it was open, then with what it contained.
 * @param {{ account: Account, taskId: string, before?: Task }} props
 */
function Missing({ account, taskId, before }) {
  const [text, setText] = useState("Loading …");
  const { ready } = useStore(account.status);
  useEffect(() => {
    if (!ready) return;
    account.refetch({ entity: "task", id: taskId }).catch((error) => setText(error.status === 404 || error.status === 400 ? "" : error.message));
  }, [ready]);
  return html`<header><span class="space"></span>
      <button class="plain square" aria-label="Close the task" onClick=${closeTask}><${Icon} name="close" /></button></header>
    ${text ? html`<p role="status">${text}</p>` : html`<h2>This task does not exist</h2>
      <p>It may have been deleted. Deleted tasks are kept in the <a href="/trash">trash</a> for some time.</p>
      ${before && html`<p>It contained:</p><p class="lost" dir="auto">${before.title}</p><p class="lost" dir="auto">${before.description}</p>`}`}`;
}
