// What is around every page of somebody who is signed in: the views, the account, the state of things, the messages.

import { isOffline } from "../connection.js";
import { focusPage, isFocusLost } from "../focus.js";
import { useKeys } from "../keyboard.js";
import { Icon } from "../components/icons.js";
import { Toasts, say, undoLatest, unsayAll } from "../components/toasts.js";
import { LISTS, follow, toTheDoor } from "../router.js";
import { signOut, user as signedIn } from "../session.js";
import { keepShell } from "../service-worker-registration.js";
import { createBoard } from "../tasks/task-controller.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ConflictDialog } from "./conflict-dialog.js";
import { Wordmark } from "./sign-in.js";
import { KeysHelp } from "./shortcuts-dialog.js";
import { LeaveDialog } from "./sign-out-dialog.js";
import { Settings } from "./settings-page.js";
import { TaskPage } from "./task-page.js";
import { TasksView } from "./tasks-page.js";

/** @import { Place, Refusal, User } from "../types.js" */

/** Whether the page has just been opened by somebody who was signed in: then the focus is the browser's business. */
let opening = signedIn() !== null;

/** @param {{ user: User, place: Place }} props */
export function Workspace({ user, place }) {
  const [refusal, setRefusal] = useState(/** @type {Refusal | null} */ (null));
  const [board] = useState(() => createBoard(user, { refused: (news) => setRefusal(whatToShow(news)) }));
  const shown = useRef(opening ? place.view : "");
  const [dialog, setDialog] = useState("");
  const [, draw] = useState({});
  useEffect(() => board.subscribe(() => draw({})), []);
  useEffect(() => () => {
    board.stop();
    unsayAll(); // they are about this person's tasks
  }, []);
  useEffect(keepShell, []);
  useEffect(() => {
    if (isFocusLost() && shown.current !== place.view) focusPage(); // a link on the page before, or the form to sign in
    shown.current = place.view;
    opening = false;
  }, [place.view]);
  useKeys({
    "?": () => setDialog("keys"),
    "/": () => focusOn("#search"),
    n: () => focusOn("#quick-entry"),
    z: undoLatest,
  });
  const leave = () => {
    if (board.writes().length) setDialog("leave");
    else void signOut().then(toTheDoor);
  };
  const conflict = board.conflicts()[0];
  const list = LISTS.find((entry) => entry.view === place.view);
  const shared = { user, board, place };
  return html`<div class="workspace" onClick=${follow}>
    <a class="skip" href="#main" onClick=${toMain}>Skip to the tasks</a>
    <${Side} user=${user} view=${place.view} onLeave=${leave} onKeys=${() => setDialog("keys")} />
    <${Connection} waiting=${board.waiting()} />
    <main id="main" tabindex="-1">
      ${list && html`<${TasksView} ...${shared} list=${list} refusal=${refusal} onRefusalSeen=${() => setRefusal(null)} />`}
      ${place.view === "settings" && html`<${Settings} user=${user} />`}
      ${place.view === "task" && html`<${TaskPage} key=${place.taskId} ...${shared} />`}
    </main>
    ${conflict && html`<${ConflictDialog} key=${conflict.write.key} conflict=${conflict} user=${user}
      onChoice=${(/** @type {boolean} */ mine) => board.resolve(conflict, mine)} />`}
    ${dialog === "keys" && html`<${KeysHelp} onClose=${() => setDialog("")} />`}
    ${dialog === "leave" && html`<${LeaveDialog} board=${board} onClose=${() => setDialog("")} />`}
    <${Toasts} />
  </div>`;
}

/**
 * The views, and the account.
 * @param {{ user: User, view: string, onLeave: () => void, onKeys: () => void }} props
 */
function Side({ user, view, onLeave, onKeys }) {
  const here = (/** @type {string} */ name) => (view === name ? "page" : undefined);
  return html`<header class="side">
    <a class="home" href="/" aria-label="Todo, open tasks"><${Wordmark} /></a>
    <nav class="views" aria-label="Views">
      <ul role="list">
        ${LISTS.map((list) => html`<li key=${list.view}>
          <a href=${list.path} aria-current=${here(list.view)}><${Icon} name=${list.view} /><span>${list.name}</span></a>
        </li>`)}
      </ul>
    </nav>
    <div class="account">
      <p class="who" title=${user.email}>${user.name}</p>
      <button class="plain keys" onClick=${onKeys} aria-keyshortcuts="?"><${Icon} name="keys" /><span>Shortcuts</span></button>
      <a href="/settings" aria-current=${here("settings")}><${Icon} name="settings" /><span>Settings</span></a>
      <button class="plain" onClick=${onLeave}><${Icon} name="leave" /><span>Sign out</span></button>
    </div>
  </header>`;
}

/**
 * Says when the server cannot be reached, and what has not reached it yet.
 * @param {{ waiting: number }} props
 */
function Connection({ waiting }) {
  const changes = waiting === 1 ? "1 change" : `${waiting} changes`;
  const said = isOffline() ? `Offline${waiting ? ` - ${changes} waiting` : " - trying to reach the server"}` : "";
  return html`<div class="connection" role="status">
    ${said && html`<p><${Icon} name="offline" />${said}</p>`}
  </div>`;
}

/**
 * What of a refusal is shown where the writing was done; the rest is said in passing.
 * @param {Refusal} refusal
 */
function whatToShow(refusal) {
  const { write, problem } = refusal;
  if (write.kind !== "remove" && problem.status !== 404) return refusal;
  say(problem.status === 404 ? `“${write.title}” was deleted elsewhere. Your change is lost.` : problem.message, { tone: "error", seconds: 12 });
  return null;
}

/** @param {string} selector */
function focusOn(selector) {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector(selector));
  field?.focus();
  field?.select();
  return Boolean(field);
}

/** @param {MouseEvent} event */
function toMain(event) {
  event.preventDefault();
  event.stopPropagation();
  focusPage();
}
