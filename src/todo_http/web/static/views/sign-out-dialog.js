// The dialog shown before signing out while there are unsent changes.

import { Dialog } from "../components/dialog.js";
import { redirectHome } from "../router.js";
import { signOut } from "../session.js";
import { useStore } from "../store.js";
import { html, useEffect } from "../vendor/preact.js";

/** @import { TaskController } from "../types.js" */

export async function signOutAndRedirect() {
  await signOut();
  redirectHome();
}

/** @param {{ controller: TaskController, onClose: () => void }} props */
export function SignOutDialog({ controller, onClose }) {
  const requests = useStore(controller.requests);
  const unsent = requests.length;
  useEffect(() => {
    requests.filter(({ held }) => held).forEach(({ id }) => controller.release(id)); // can no longer be undone
  }, []);
  useEffect(() => {
    if (!unsent) void signOutAndRedirect();
  }, [unsent]);
  const discard = () => {
    controller.discard();
    void signOutAndRedirect();
  };
  return html`<${Dialog} title="Not everything is saved" onClose=${onClose}>
    <p>${unsent === 1 ? "One change has" : `${unsent} changes have`} not reached the server yet.
      If you sign out now, ${unsent === 1 ? "it is" : "they are"} lost.</p>
    <div class="buttons">
      <button class="primary" onClick=${onClose}>Stay signed in</button>
      <button class="danger" onClick=${discard}>Sign out anyway</button>
    </div>
  <//>`;
}
