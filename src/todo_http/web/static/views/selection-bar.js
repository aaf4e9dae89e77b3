// What can be done with the selected tasks, at the edge of the page while there are any.

import { allActions, runAction } from "../actions.js";
import { Icon } from "../components/icons.js";
import { useStore } from "../store.js";
import { html } from "../vendor/preact.js";
import { clearSelection, selected, targets } from "./selection.js";

/** @import { Account } from "../types.js" */

const OFFERED = ["complete", "date", "list", "tags", "delete"];

/** @param {{ account: Account }} props */
export function SelectionBar({ account }) {
  const { size } = useStore(selected);
  const run = (/** @type {string} */ id) => (/** @type {any} */ { currentTarget }) => runAction(id, { account, tasks: targets(account), anchor: currentTarget });
  return html`<p class="hidden" role="status">${size ? `${size} selected` : ""}</p>
    ${size > 0 && html`<div class="selection-bar" role="toolbar" aria-label="Selected tasks">
      <strong>${size} selected</strong>
      ${allActions().filter(({ id }) => OFFERED.includes(id)).map(({ id, label, icon }) => html`<button key=${id} class="plain" title=${label} onClick=${run(id)}>
        <${Icon} name=${icon} /><span class="wide">${label}</span></button>`)}
      <button class="plain square" aria-label="Clear the selection" onClick=${clearSelection}><${Icon} name="close" /></button>
    </div>`}`;
}
