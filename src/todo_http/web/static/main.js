// Starts the client: the page to sign in, or the workspace of the signed-in user.

import { lazy } from "./components/lazy.js";
import { applyPreferences } from "./preferences.js";
import { currentRoute, redirectHome } from "./router.js";
import { currentUser, startedSignedIn } from "./session.js";
import { useStore } from "./store.js";
import { html, render, useEffect, useErrorBoundary } from "./vendor/preact.js";
import { SignInPage } from "./views/sign-in.js";

const Workspace = lazy("Workspace", () => import("./workspace.js"), "/web/styles/workspace.css");

function Client() {
  const route = useStore(currentRoute);
  const user = useStore(currentUser);
  const [error] = useErrorBoundary(console.error);
  const isSignInRoute = route.view === "sign-in" || route.view === "sign-up";
  useEffect(() => {
    if (user && isSignInRoute) redirectHome();
  }, [user, isSignInRoute]);
  if (error) return html`<${ErrorPage} />`;
  return user ? html`<${Workspace} key=${user.id} user=${user} route=${route} />` : html`<${SignInPage} view=${route.view} />`;
}

function ErrorPage() {
  return html`<main class="sign-in">
    <h1>This page could not be shown</h1>
    <p>Nothing is lost. Load the page again; if that does not help, try again in a minute.</p>
    <button class="primary" onClick=${() => location.reload()}>Load again</button>
  </main>`;
}

if (startedSignedIn) void Workspace.load().catch(() => null);
else addEventListener("input", () => void Workspace.load().catch(() => null), { once: true }); // while somebody types a password
applyPreferences();
render(html`<${Client} />`, /** @type {Element} */ (document.getElementById("client")));
