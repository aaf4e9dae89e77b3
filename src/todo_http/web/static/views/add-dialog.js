// The dialog in which a task is added, from anywhere.

import { Dialog } from "../components/dialog.js";
import { addingTo } from "../data/adding.js";
import { momentIn } from "../formatting/due-dates.js";
import { currentRoute } from "../router.js";
import { html } from "../vendor/preact.js";
import { QuickEntry } from "./quick-entry-line.js";

/** @import { Account, Fields } from "../types.js" */

/**
 * What is added belongs to the present view unless `defaults` say something else.
 * @param {{ account: Account, text: string, defaults?: Fields, onClose: () => void }} props
 */
export function AddDialog({ account, text, defaults = fieldsHere(account), onClose }) {
  return html`<${Dialog} title="Add task" className="adding" onClose=${onClose}>
    <${QuickEntry} account=${account} name="dialog" text=${text} defaults=${defaults} autofocus away onAdded=${onClose} onLeave=${onClose} />
  <//>`;
}

/** @param {Account} account */
function fieldsHere(account) {
  return addingTo(currentRoute.get(), account.view.get(), momentIn(account.user.time_zone)).fields;
}
