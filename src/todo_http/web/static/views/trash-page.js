// The trash: what was deleted, until it is restored or deleted permanently.

import { randomKey } from "../api.js";
import { ConfirmDialog } from "../components/confirm-dialog.js";
import { Icon } from "../components/icons.js";
import { dismissAll, showError, showToast } from "../components/toasts.js";
import { keepFocus } from "../focus.js";
import { formatInstant } from "../formatting/due-dates.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** @import { Account, Deletion, User } from "../types.js" */

/** @param {{ account: Account, user: User }} props */
export function TrashPage({ account, user }) {
  const requests = useStore(account.requests);
  const { entries, next, problem, load } = useTrash(account);
  const [asking, setAsking] = useState(/** @type {{ entry?: Deletion } | null} */ (null));
  useEffect(() => {
    document.title = "Trash · Todo";
    dismissAll(); // a task that was just deleted is in the trash now
  }, []);
  useEffect(() => {
    if (!requests.length) void load(); // what is deleted arrives here when it has been sent
  }, [requests.length]);
  /** @param {Deletion} entry */
  const restore = async (entry) => {
    try {
      await account.read("POST", `/api/${user.id}/trash/${entry.id}/restore`, { key: randomKey() });
      showToast(`Restored “${nameOf(entry)}”`);
    } catch (error) {
      showError(/** @type {Error} */ (error).message);
    }
    await load();
    keepFocus(() => {});
  };
  const purge = async () => {
    await account.read("DELETE", `/api/${user.id}/trash${asking?.entry ? `/${asking.entry.id}` : ""}`, { key: randomKey() });
    await load();
  };
  return html`<div class="page">
    <div class="heading"><h1>Trash</h1></div>
    ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
    ${entries?.length === 0 && html`<div class="empty"><${Icon} name="remove" />
      <p class="lead">The trash is empty</p><p>What you delete can be restored here.</p></div>`}
    <ul class="trash" role="list" aria-label="Deleted">
      ${entries?.map((entry) => html`<li key=${entry.id}>
        <${Entry} entry=${entry} zone=${user.time_zone} onRestore=${() => restore(entry)} onPurge=${() => setAsking({ entry })} /></li>`)}
    </ul>
    <div class="buttons">
      ${next && html`<button class="secondary" onClick=${() => load(next)}>Show more</button>`}
      ${entries && entries.length > 0 && html`<button class="danger" onClick=${() => setAsking({})}>Empty the trash</button>`}
    </div>
    ${asking && html`<${ConfirmDialog} title=${asking.entry ? "Delete permanently?" : "Empty the trash?"} action="Delete permanently"
      onConfirm=${purge} onClose=${() => keepFocus(() => setAsking(null))}>
      ${asking.entry ? `“${nameOf(asking.entry)}”` : "Everything in the trash"} cannot be restored afterwards.<//>`}
  </div>`;
}

/** @param {{ entry: Deletion, zone: string, onRestore: () => void, onPurge: () => void }} props */
function Entry({ entry, zone, onRestore, onPurge }) {
  const name = nameOf(entry);
  const others = entry.things - 1;
  const contents = entry.entity === "list" ? (others === 1 ? "task" : "tasks") : others === 1 ? "subtask" : "subtasks";
  return html`<div class="words">
      <span class="title" dir="auto">${name}</span>
      <span class="facts">
        <span class="fact">${entry.entity === "list" ? "List" : "Task"}${others > 0 && ` with ${others} ${contents}`}</span>
        <span class="fact">Deleted ${formatInstant(entry.deleted_at, zone)}</span>
        <span class="fact">Kept until ${formatInstant(entry.purged_at, zone)}</span>
      </span>
    </div>
    <div class="buttons">
      <button class="secondary" aria-label="Restore ${name}" onClick=${onRestore}>Restore</button>
      <button class="plain square" aria-label="Delete ${name} permanently" title="Delete permanently" onClick=${onPurge}><${Icon} name="close" /></button>
    </div>`;
}

/** The pages loaded so far. @param {Account} account */
function useTrash(account) {
  const [entries, setEntries] = useState(/** @type {Deletion[] | null} */ (null));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState("");
  const round = useRef(0);
  /** Loads the first page, or a further one. @param {string} [address] */
  const load = async (address) => {
    round.current += 1;
    const current = round.current;
    try {
      const page = await account.read("GET", address ?? `/api/${account.user.id}/trash`, {});
      if (current !== round.current) return;
      setEntries(address ? [...(entries ?? []), ...page.body] : page.body);
      setNext(page.next);
      setProblem("");
    } catch (error) {
      setProblem(/** @type {Error} */ (error).message);
    }
  };
  return { entries, next, problem, load };
}

/** @param {Deletion} entry */
function nameOf({ value }) {
  return value.title ?? value.name;
}
