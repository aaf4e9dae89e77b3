// Tells that the server cannot be reached or does not give the tasks, and how many changes it does not have.

import { Icon } from "../components/icons.js";
import { offline } from "../connection.js";
import { useStore } from "../store.js";
import { html } from "../vendor/preact.js";

/** @import { Account } from "../types.js" */

/** One line, whose place is there all the time. @param {{ account: Account }} props */
export function ConnectionStatus({ account }) {
  const isOffline = useStore(offline);
  const unsent = useStore(account.requests).length;
  const { ready, problem } = useStore(account.status);
  const waiting = unsent === 1 ? "1 change waits" : `${unsent} changes wait`;
  return html`<div class="connection" role="status">
    ${isOffline && html`<${Icon} name="offline" /><span>Offline${unsent > 0 && ` · ${waiting}`}</span>`}
    ${!isOffline && ready && problem && html`<${Icon} name="overdue" /><span>Not up to date</span>
      <button class="link" onClick=${account.retry}>Try again</button>`}
  </div>`;
}

/** Stands for the tasks until they have been loaded; tells why that takes longer. @param {{ account: Account }} props */
export function Loading({ account }) {
  const isOffline = useStore(offline);
  const { problem } = useStore(account.status);
  if (!problem && !isOffline) {
    return html`<div class="page skeleton" role="status"><span class="hidden">Loading the tasks</span>
      ${["w36", "w72", "w54", "w60", "w48"].map((width) => html`<i class=${width}></i>`)}</div>`;
  }
  return html`<div class="page empty" role="status">
    <h1>Your tasks could not be loaded</h1>
    <p>${problem?.message ?? "The server does not answer. Check your connection; this page tries again by itself."}</p>
    <button class="secondary" onClick=${account.retry}>Try again</button>
  </div>`;
}
