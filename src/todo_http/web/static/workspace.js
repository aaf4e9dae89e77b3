// The workspace of the signed-in user: what surrounds every view. Loaded once somebody is signed in.

import { lazy } from "./components/lazy.js";
import { Toasts, dismissAll, showError } from "./components/toasts.js";
import { watchConnection } from "./connection.js";
import { createAccount } from "./data/account.js";
import { deleteCopies } from "./data/database.js";
import { focusPage } from "./focus.js";
import { narrow } from "./media.js";
import { followLink, redirectHome } from "./router.js";
import { registerServiceWorker } from "./service-worker-registration.js";
import { currentUser } from "./session.js";
import { useStore } from "./store.js";
import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { Loading } from "./views/connection-status.js";
import { Bar, Browse, Sidebar } from "./views/navigation.js";
import { Overlays } from "./views/overlays.js";
import { Page } from "./views/pages.js";
import { SelectionBar } from "./views/selection-bar.js";

/** @import { Account, Route, User } from "./types.js" */

const TaskPanel = lazy("TaskPanel", () => import("./views/task-panel.js"), "/web/styles/panel.css");
const SettingsPage = lazy("SettingsPage", () => import("./views/settings-page.js"));

watchConnection();

/** @param {{ user: User, route: Route }} props */
export function Workspace({ user, route }) {
  const [account] = useState(() => createAccount(user, ({ problem }) => showError(problem.message)));
  const isNarrow = useStore(narrow);
  useEffect(() => {
    void deleteCopies(user.id); // of others, whose browser was closed before it was done
    return () => {
      void account.stop(!currentUser.get());
      dismissAll(); // they are about this user's tasks
    };
  }, []);
  useEffect(registerServiceWorker, []);
  useEffect(() => void setTimeout(() => TaskPanel.load().catch(() => null), 300), []); // so that the first task opens at once
  useFocusOnNavigation(route);
  const shared = { account, user, route };
  return html`<div class="workspace" onClick=${followLink}>
    <a class="skip" href="#main" onClick=${skipToMain}>Skip to the tasks</a>
    ${!isNarrow && html`<${Sidebar} ...${shared} />`}
    <main id="main" tabindex="-1">
      <${Main} ...${shared} isNarrow=${isNarrow} />
      <${SelectionBar} account=${account} />
      <${Overlays} account=${account} />
    </main>
    ${route.taskId && html`<${TaskPanel} account=${account} taskId=${route.taskId} />`}
    ${isNarrow && html`<${Bar} ...${shared} />`}
    <${Toasts} />
  </div>`;
}

/** The page of a view. @param {{ account: Account, user: User, route: Route, isNarrow: boolean }} props */
function Main({ account, user, route, isNarrow }) {
  const shared = { account, user, route };
  const { ready } = useStore(account.status);
  const { lists } = useStore(account.view);
  const { view, listId } = route;
  const away = view === "browse" && !isNarrow;
  useEffect(() => {
    if (away) redirectHome();
  }, [away]);
  if (view === "settings") return html`<${SettingsPage} ...${shared} />`;
  if (view === "browse") return html`<${Browse} ...${shared} />`;
  if (view === "unknown") return html`<${Missing} title="This page does not exist">The address may have been mistyped.<//>`;
  if (!ready) return html`<${Loading} account=${account} />`;
  if (listId && !lists.has(listId)) return html`<${Missing} title="This list does not exist">It may have been deleted; then it is in the <a href="/trash">trash</a>.<//>`;
  return html`<${Page} key=${view} ...${shared} />`;
}

/** @param {{ title: string, children: any }} props */
function Missing({ title, children }) {
  useEffect(() => {
    document.title = `${title} · Todo`;
  }, []);
  return html`<div class="page empty"><h1>${title}</h1><p>${children}</p><a href="/inbox">Go to the inbox</a></div>`;
}

/**
 * Focuses the page of another view, so that the focus is not on what is gone and keys are about what is shown.
 * @param {Route} route
 */
function useFocusOnNavigation({ view, listId, tag }) {
  const place = `${view} ${listId} ${tag}`;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current !== place && !document.activeElement?.closest("dialog, main *")) focusPage();
    shown.current = place;
  }, [place]);
}

/** @param {MouseEvent} event */
function skipToMain(event) {
  event.preventDefault();
  event.stopPropagation();
  focusPage();
}
