// Signing out, which has to be confirmed while there are unsent changes in any tab.

import { Dialog } from "../components/dialog.js";
import { countQueued } from "../data/persistent-queue.js";
import { redirectHome } from "../router.js";
import { signOut } from "../session.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @import { Account, User } from "../types.js" */

async function leave() {
  await signOut();
  redirectHome();
}

/** @param {{ user: User, account: Account }} props */
export function SignOut({ user, account }) {
  const [asking, setAsking] = useState(false);
  const start = () => (countQueued(user.id) ? setAsking(true) : void leave());
  return html`<button class="secondary" onClick=${start}>Sign out</button>
    ${asking && html`<${UnsentDialog} user=${user} account=${account} onClose=${() => setAsking(false)} />`}`;
}

/** Signs out as soon as everything has been sent. @param {{ user: User, account: Account, onClose: () => void }} props */
function UnsentDialog({ user, account, onClose }) {
  useStore(account.requests);
  const [, update] = useState({});
  const unsent = countQueued(user.id);
  useEffect(() => {
    const listener = () => update({}); // another tab has sent something
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  }, []);
  useEffect(() => {
    if (!unsent) void leave();
  }, [unsent]);
  const discard = () => {
    account.forget();
    void leave();
  };
  return html`<${Dialog} title="Not everything is saved" onClose=${onClose}>
    <p>${unsent === 1 ? "One change has" : `${unsent} changes have`} not reached the server yet.
      ${" "}If you sign out now, ${unsent === 1 ? "it is" : "they are"} lost.</p>
    <div class="buttons">
      <button class="primary" onClick=${onClose}>Stay signed in</button>
      <button class="danger" onClick=${discard}>Sign out anyway</button>
    </div>
  <//>`;
}
