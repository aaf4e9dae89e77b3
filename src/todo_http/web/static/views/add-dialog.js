// The dialog in which a task is added, from anywhere.

import { Dialog } from "../components/dialog.js";
import { addTask } from "../data/commands.js";
import { html } from "../vendor/preact.js";

/** @import { Account } from "../types.js" */

/** @param {{ account: Account, text: string, onClose: () => void }} props */
export function AddDialog({ account, text, onClose }) {
  const add = (/** @type {any} */ event) => {
    event.preventDefault();
    const title = event.target.elements.title.value.trim();
    if (title) addTask(account, { title });
    onClose();
  };
  return html`<${Dialog} title="Add task" onClose=${onClose}><form onSubmit=${add}><input name="title" aria-label="Add a task" value=${text} /></form><//>`;
}
