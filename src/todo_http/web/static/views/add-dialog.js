// The dialog in which a task is added, from anywhere.

import { Dialog } from "../components/dialog.js";
import { html } from "../vendor/preact.js";
import { QuickEntry } from "./quick-entry.js";

/** @import { Account, Fields } from "../types.js" */

/** @param {{ account: Account, text: string, defaults?: Fields, onClose: () => void }} props */
export function AddDialog({ account, text, defaults, onClose }) {
  return html`<${Dialog} title="Add task" className="adding" onClose=${onClose}>
    <${QuickEntry} account=${account} name="dialog" text=${text} defaults=${defaults} autofocus away onAdded=${onClose} onLeave=${onClose} />
  <//>`;
}
