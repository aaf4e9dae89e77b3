// The dialog to make a list, or to change, archive or delete one.

import { Dialog } from "../components/dialog.js";
import { Field, FormProblem, options, useForm } from "../components/fields.js";
import { showError, showToast } from "../components/toasts.js";
import { navigate } from "../router.js";
import { html } from "../vendor/preact.js";

/** @import { TaskController, UserList } from "../types.js" */

const COLORS = [
  ["", "None"], ["#d9482b", "Red"], ["#d97f0f", "Orange"], ["#b8960c", "Yellow"], ["#3f9142", "Green"],
  ["#17848f", "Teal"], ["#3b72c4", "Blue"], ["#7d5bbe", "Purple"], ["#c2478b", "Pink"],
];

/**
 * @param {object} props
 * @param {TaskController} props.controller
 * @param {UserList} [props.list] the list to be changed; without it a new one is made
 * @param {() => void} props.onClose
 */
export function ListDialog({ controller, list, onClose }) {
  const color = list?.color ?? "";
  const colors = COLORS.some(([known]) => known === color) ? COLORS : [...COLORS, [color, color]];
  const path = `lists/${list?.id}`;
  const { form, submit, busy, error, message } = useForm(async ({ action, ...fields }) => {
    const body = { name: fields.name.trim(), color: fields.color || null };
    if (!list) {
      const { id } = await controller.command("POST", "lists", body);
      navigate(`/lists/${id}`);
    } else if (action === "delete") {
      await controller.command("DELETE", path);
      showDeleted(controller, list);
      navigate("/");
    } else {
      await controller.command("PATCH", path, action === "archive" ? { archived: !list.archived } : body);
    }
    onClose();
  });
  const disabled = busy ? "true" : undefined;
  return html`<${Dialog} title=${list ? "Edit list" : "New list"} onClose=${onClose}>
    <form ref=${form} onSubmit=${submit} noValidate>
      <${FormProblem} message=${message} />
      <${Field} label="Name" name="name" defaultValue=${list?.name ?? ""} autocomplete="off" error=${error("name")} />
      <${Field} label="Colour" name="color" as="select" error=${error("color")}>${options(colors, color)}<//>
      <div class="buttons">
        <button class="primary" name="action" value="save" aria-disabled=${disabled}>${list ? "Save" : "Create"}</button>
        <button type="button" class="secondary" onClick=${onClose}>Cancel</button>
        ${list && html`
          <button class="secondary" name="action" value="archive" aria-disabled=${disabled}>${list.archived ? "Unarchive" : "Archive"}</button>
          <button class="danger" name="action" value="delete" aria-disabled=${disabled}>Delete</button>`}
      </div>
      ${list && html`<p class="hint">A deleted list goes to the trash with its tasks.</p>`}
    </form>
  <//>`;
}

/** @param {TaskController} controller @param {UserList} list */
function showDeleted(controller, list) {
  const undo = () => controller.command("POST", `trash/${list.id}/restore`).then(() => navigate(`/lists/${list.id}`), (error) => showError(error.message));
  showToast(`Deleted “${list.name}” and its tasks`, { action: "Undo", onAction: undo });
}
