// What surrounds every page of the signed-in user: navigation, the state of the connection, dialogs and toasts.

import { Icon } from "./components/icons.js";
import { lazy } from "./components/lazy.js";
import { Toasts, dismissAll, showError, undoLatest } from "./components/toasts.js";
import { offline } from "./connection.js";
import { focusPage, isFocusLost } from "./focus.js";
import { momentIn } from "./formatting/due-dates.js";
import { useKeys } from "./keyboard.js";
import { followLink } from "./router.js";
import { LISTS } from "./routes.js";
import { registerServiceWorker } from "./service-worker-registration.js";
import { startedSignedIn } from "./session.js";
import { useStore } from "./store.js";
import { createTaskController } from "./tasks/task-controller.js";
import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { showAdvance } from "./views/advance-toast.js";
import { ListDialog } from "./views/list-dialog.js";
import { ListPicker } from "./views/list-picker.js";
import { ShortcutsDialog } from "./views/shortcuts-dialog.js";
import { Wordmark } from "./views/sign-in.js";
import { SignOutDialog, signOutAndRedirect } from "./views/sign-out-dialog.js";
import { TaskPage } from "./views/task-page.js";
import { TasksPage } from "./views/tasks-page.js";
import { TrashPage } from "./views/trash-page.js";

/** @import { Rejection, Route, TaskController, User } from "./types.js" */

const ConflictDialog = lazy("ConflictDialog", () => import("./views/conflict-dialog.js"));
const SettingsPage = lazy("SettingsPage", () => import("./views/settings-page.js"));

/** Whether the page has just been loaded with a session: then the browser decides about the focus. */
let loadedSignedIn = startedSignedIn;

/** @param {{ user: User, route: Route }} props */
export function Workspace({ user, route }) {
  const [rejection, setRejection] = useState(/** @type {Rejection | null} */ (null));
  const [controller] = useState(() => {
    /** @type {TaskController} */
    const created = createTaskController(user, (rejected) => {
      if (isShownInPlace(rejected)) setRejection(rejected);
      else showError(describeRejection(rejected));
    }, (change, task) => showAdvance(created, change, task, momentIn(user.time_zone)));
    return created;
  });
  const [dialog, setDialog] = useState("");
  useEffect(() => () => {
    controller.stop();
    dismissAll(); // they are about this user's tasks
  }, []);
  useEffect(registerServiceWorker, []);
  useFocusOnNavigation(route.listId ?? route.view);
  useKeys({
    "?": () => setDialog("shortcuts"),
    "/": () => focusField("#search"),
    n: () => focusField("#quick-entry"),
    z: undoLatest,
  });
  const signOut = () => {
    if (controller.requests.get().length) setDialog("sign-out");
    else void signOutAndRedirect();
  };
  const closeDialog = () => setDialog("");
  const list = route.listId ? { view: "list", name: "" } : LISTS.find(({ view }) => view === route.view);
  const shared = { user, controller, route };
  return html`<div class="workspace" onClick=${followLink}>
    <a class="skip" href="#main" onClick=${skipToMain}>Skip to the tasks</a>
    <${Sidebar} user=${user} controller=${controller} route=${route} onSignOut=${signOut} onShortcuts=${() => setDialog("shortcuts")}
      onNewList=${() => setDialog("new-list")} />
    <${ConnectionStatus} controller=${controller} />
    <main id="main" tabindex="-1">
      ${list && html`<${TasksPage} ...${shared} list=${list} rejection=${rejection} onRejectionShown=${() => setRejection(null)} />`}
      ${route.view === "settings" && html`<${SettingsPage} ...${shared} />`}
      ${route.view === "trash" && html`<${TrashPage} ...${shared} />`}
      ${route.view === "task" && html`<${TaskPage} key=${route.taskId} ...${shared} />`}
    </main>
    <${Conflicts} user=${user} controller=${controller} />
    ${dialog === "shortcuts" && html`<${ShortcutsDialog} onClose=${closeDialog} />`}
    ${dialog === "new-list" && html`<${ListDialog} controller=${controller} onClose=${closeDialog} />`}
    ${dialog === "sign-out" && html`<${SignOutDialog} controller=${controller} onClose=${closeDialog} />`}
    <${Toasts} />
  </div>`;
}

/**
 * @param {object} props
 * @param {User} props.user
 * @param {TaskController} props.controller
 * @param {Route} props.route
 * @param {() => void} props.onSignOut
 * @param {() => void} props.onShortcuts
 * @param {() => void} props.onNewList
 */
function Sidebar({ user, controller, route, onSignOut, onShortcuts, onNewList }) {
  const current = (/** @type {string} */ name) => (route.view === name ? "page" : undefined);
  return html`<header class="side">
    <a class="home" href="/" aria-label="Todo, open tasks"><${Wordmark} /></a>
    <nav class="views" aria-label="Views">
      <ul role="list">
        ${LISTS.map((list) => html`<li key=${list.view}>
          <a href=${list.path} aria-current=${current(list.view)}><${Icon} name=${list.view} /><span>${list.name}</span></a>
        </li>`)}
      </ul>
    </nav>
    <${ListPicker} controller=${controller} route=${route} onNew=${onNewList} />
    <div class="account">
      <p class="who" title=${user.email}>${user.name}</p>
      <button class="plain keys" onClick=${onShortcuts} aria-keyshortcuts="?"><${Icon} name="keys" /><span>Shortcuts</span></button>
      <a href="/settings" aria-current=${current("settings")}><${Icon} name="settings" /><span>Settings</span></a>
      <button class="plain" onClick=${onSignOut}><${Icon} name="leave" /><span>Sign out</span></button>
    </div>
  </header>`;
}

/**
 * Shown while the server cannot be reached, with the number of unsent changes.
 * @param {{ controller: TaskController }} props
 */
function ConnectionStatus({ controller }) {
  const isOffline = useStore(offline);
  const waiting = useStore(controller.requests).filter(({ held }) => !held).length;
  const changes = waiting === 1 ? "1 change" : `${waiting} changes`;
  const detail = waiting ? `${changes} waiting` : "trying to reach the server";
  return html`<div class="connection" role="status">
    ${isOffline && html`<p><${Icon} name="offline" />Offline - ${detail}</p>`}
  </div>`;
}

/**
 * The first of the conflicts that the user has to resolve.
 * @param {{ user: User, controller: TaskController }} props
 */
function Conflicts({ user, controller }) {
  const [conflict] = useStore(controller.conflicts);
  return conflict && html`<${ConflictDialog} key=${conflict.request.id} conflict=${conflict} user=${user} lists=${controller.overview.get().lists}
    onChoice=${(/** @type {boolean} */ mine) => controller.resolve(conflict, mine)} />`;
}

/**
 * Whether a rejection is shown where the change was entered.
 * @param {Rejection} rejection
 */
function isShownInPlace({ request, problem }) {
  const { kind, fields } = request.change;
  return problem.status !== 404 && (kind === "change" || (kind === "add" && !fields.parent_id));
}

/** @param {Rejection} rejection */
function describeRejection({ request: { change }, problem }) {
  if (problem.status === 404) return `“${change.title}” was deleted elsewhere. Your change is lost.`;
  return `“${change.title.slice(0, 40)}”: ${problem.errors.map(({ detail }) => detail).join(" ") || problem.message}`;
}

/**
 * Focuses a new page if the focus was on something that is gone, such as a link or the sign-in form.
 * @param {string} view
 */
function useFocusOnNavigation(view) {
  const shownView = useRef(loadedSignedIn ? view : "");
  useEffect(() => {
    if (isFocusLost() && shownView.current !== view) focusPage();
    shownView.current = view;
    loadedSignedIn = false;
  }, [view]);
}

/** @param {string} selector */
function focusField(selector) {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector(selector));
  field?.focus();
  field?.select();
  return Boolean(field);
}

/** @param {MouseEvent} event */
function skipToMain(event) {
  event.preventDefault();
  event.stopPropagation();
  focusPage();
}
