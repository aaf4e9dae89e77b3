// The dialogs to make a list, to change its name and colour, and to delete it.

import { Dialog } from "../components/dialog.js";
import { Field, useForm } from "../components/fields.js";
import { addList, changeList, removeList } from "../data/commands.js";
import { currentRoute, navigate, redirectHome } from "../router.js";
import { listPath } from "../routes.js";
import { html, useEffect } from "../vendor/preact.js";
import { Dot } from "./dot.js";

/** @import { Account, UserList } from "../types.js" */

const COLORS = [
  ["", "No colour"], ["#d9482b", "Red"], ["#d97f0f", "Orange"], ["#b8960c", "Yellow"], ["#3f9142", "Green"],
  ["#17848f", "Teal"], ["#3b72c4", "Blue"], ["#7d5bbe", "Purple"], ["#c2478b", "Pink"],
];

/** @param {{ account: Account, list?: UserList, onClose: () => void }} props without a list a new one is made */
export function ListDialog({ account, list, onClose }) {
  const current = list?.color ?? "";
  const colors = COLORS.some(([color]) => color === current) ? COLORS : [...COLORS, [current, current]];
  const { form, submit, error } = useForm(async ({ name, color }) => {
    const fields = { name: name.trim(), color: color || null };
    onClose();
    if (!list) navigate(listPath(addList(account, fields)));
    else if (fields.name !== list.name || fields.color !== list.color) changeList(account, list, fields);
  });
  useEffect(() => form.current?.querySelector("input")?.select(), []);
  return html`<${Dialog} title=${list ? "Edit list" : "New list"} onClose=${onClose}>
    <form ref=${form} onSubmit=${submit} noValidate>
      <${Field} label="Name" name="name" defaultValue=${list?.name ?? ""} autocomplete="off" maxlength="255" missing="Enter a name." error=${error("name")} />
      <fieldset><legend>Colour</legend>
        ${colors.map(([color, label]) => html`<label class="swatch" title=${label}>
          <input type="radio" name="color" value=${color} aria-label=${label} defaultChecked=${color === current} /><${Dot} list=${{ color: color || null }} />
        </label>`)}
      </fieldset>
      <div class="buttons">
        <button class="primary">${list ? "Save" : "Create"}</button>
        <button type="button" class="secondary" onClick=${onClose}>Cancel</button>
      </div>
    </form>
  <//>`;
}

/** Asks what becomes of the tasks of a list. @param {{ account: Account, list: UserList, onClose: () => void }} props */
export function ListDeletion({ account, list, onClose }) {
  const count = Array.from(account.view.get().tasks.values()).filter((task) => task.list_id === list.id && !task.completed).length;
  const remove = (/** @type {"trash" | "inbox"} */ tasks) => () => {
    onClose();
    if (currentRoute.get().listId === list.id) redirectHome();
    removeList(account, list, tasks);
  };
  return html`<${Dialog} title="Delete “${list.name}”?" onClose=${onClose}>
    <p>${count ? `It has ${count === 1 ? "1 open task" : `${count} open tasks`}.` : "It has no open tasks."} What is in the trash can be restored.</p>
    <div class="buttons">
      <button class="danger" onClick=${remove("trash")}>${count ? "Delete it with its tasks" : "Delete it"}</button>
      ${count > 0 && html`<button class="secondary" onClick=${remove("inbox")}>Keep its tasks in the inbox</button>`}
      <button class="secondary" onClick=${onClose}>Cancel</button>
    </div>
  <//>`;
}
