// The login session of the page. It is kept for this tab alone, survives reloading, and is renewed before its access
// token expires.

const KEY = "todo.docs.session";
const MARGIN = 30_000; // milliseconds before the end of an access token at which it is renewed

/** @typedef {{ user: { id: string, email: string }, token: string, refresh_token: string, ends: number }} Session */

const storage = permittedStorage();
let session = JSON.parse(storage?.getItem(KEY) ?? "null");
let renewal = null;

/** @returns {(Session & { password?: string }) | null} the password is that of a demo account */
export function currentSession() {
  return session;
}

export async function signIn(email, password) {
  keep(await send("POST", "login", { email, password }));
}

/** Registers an account that signOut deletes. */
export async function startDemo() {
  const [name, password] = [randomText(4), randomText(16)];
  const account = { email: `demo-${name}@example.org`, password, name: "Demo" };
  keep({ ...(await send("POST", "register", account)), password });
}

export async function signOut() {
  const token = await validToken();
  const { password } = session ?? {};
  forget();
  if (token && password) await send("DELETE", "me", { password }, token);
  else if (token) await send("POST", "logout", undefined, token);
}

/** The access token, renewed if necessary; null if the login session has ended. */
export async function validToken() {
  if (session && Date.now() > session.ends - MARGIN) {
    renewal ??= renew().finally(() => (renewal = null));
    await renewal;
  }
  return session?.token ?? null;
}

/** Renews the tokens at the next request: this access token has been refused. */
export function distrust(token) {
  if (session?.token === token) session.ends = 0;
}

async function renew() {
  try {
    const { password } = session;
    keep({ ...(await send("POST", "refresh", { refresh_token: session.refresh_token })), password });
  } catch (error) {
    if (error.status !== 401) throw error;
    forget();
  }
}

function keep(answer) {
  const { user, token, refresh_token, expires_in, password } = answer;
  session = { user, token, refresh_token, password, ends: Date.now() + expires_in * 1000 };
  storage?.setItem(KEY, JSON.stringify(session));
}

function forget() {
  session = null;
  storage?.removeItem(KEY);
}

/** Browsers that block cookies throw an error; then the session ends with the page. */
function permittedStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** The JSON of a successful response, if it has any. Throws an error with the detail and status of a problem. */
async function send(method, path, body, token) {
  const headers = { ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(`api/auth/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw Object.assign(new Error(answer?.detail ?? `The service responded with ${response.status}.`), { status: response.status });
}

function randomText(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
