// The login session: keeps the tokens, renews them in time and shares them with the other tabs.

import { NoResponse, Problem, send } from "./api.js";
import { setPreferences } from "./preferences.js";
import { createStore } from "./store.js";

/** @import { ApiResponse, RequestOptions, User } from "./types.js" */
/** @typedef {{ user: User, refresh_token: string }} StoredSession in localStorage */
/** @typedef {{ token: string, renewAt: number, owner: string }} Access in memory; times in milliseconds since 1970 */

const STORAGE_KEY = "todo.session";
const TAB_DELAY = 100; // milliseconds that messages and storage may take to reach the other tabs
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(STORAGE_KEY) : null;

/** Who is signed in, in any tab, with name and time zone. */
export const currentUser = createStore(readStored()?.user ?? null);
/** Whether the page has been loaded with a session. */
export const startedSignedIn = currentUser.get() !== null;
/** @type {Access | null} */
let access = null;
/** @type {Promise<void> | null} */
let renewal = null;
let endReason = "";

/** Why the session has ended, unless the user signed out. */
export function sessionEndReason() {
  return endReason;
}

/** Whether anyone may create an account, as the page says. */
export function canSignUp() {
  return document.querySelector('meta[name="registration"]')?.getAttribute("content") !== "closed";
}

/** @param {string} email @param {string} password */
export async function signIn(email, password) {
  const session = (await send("POST", "/api/auth/login", { body: { email, password } })).body;
  keepTokens(session);
  begin(session.user);
}

/**
 * Creates an account in the time zone of this device, and signs in to it.
 * @param {{ name: string, email: string, password: string }} account
 */
export async function signUp(account) {
  const session = (await send("POST", "/api/auth/register", { body: account })).body;
  keepTokens(session);
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const updated = await call("PATCH", "/api/auth/me", { body: { time_zone } }).catch(() => null);
  begin(updated?.body ?? session.user);
}

/** Signs out in every tab of this browser, even if the server cannot be reached. */
export async function signOut() {
  await call("POST", "/api/auth/logout", { seconds: 5 }).catch(() => null);
  end("");
}

/** Ends the session of an account that has been deleted. */
export function endDeletedAccount() {
  end("Your account has been deleted.");
}

/** @param {User} user as the server has just returned it */
export function updateUser(user) {
  const stored = readStored();
  if (stored) writeStored({ ...stored, user });
  setUser(user);
}

/**
 * Sends a request as the current user, or as `options.owner`: then never with the token of another user.
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<ApiResponse>}
 */
export async function call(method, path, options = {}) {
  const owner = options.owner ?? currentUser.get()?.id;
  const token = await validToken(owner);
  try {
    return await send(method, path, { ...options, token });
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    if (access?.token === token) access = null; // not renewed in the meantime
    return send(method, path, { ...options, token: await validToken(owner) });
  }
}

/**
 * A response whose body is read as it comes. Access tokens do not belong in addresses, so `EventSource` cannot be used.
 * @param {string} path
 * @param {string} owner the id of the user
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 */
export async function openStream(path, owner, headers, signal) {
  for (let attempt = 0; ; attempt += 1) {
    const token = await validToken(owner);
    const response = await fetch(path, { headers: { ...headers, Authorization: `Bearer ${token}` }, signal, cache: "no-store", credentials: "omit" }).catch(() => {
      throw new NoResponse();
    });
    if (response.ok) return response;
    if (response.status === 401 && access?.token === token) access = null;
    if (response.status !== 401 || attempt) throw new Problem(response.status, null, Number(response.headers.get("Retry-After")) || 0);
  }
}

/** @param {string | undefined} owner the id of the only user whose token may be returned, if any */
async function validToken(owner) {
  if (!isFresh()) {
    renewal ??= renew().finally(() => (renewal = null));
    await renewal;
  }
  if (!access || (owner && access.owner !== owner)) throw new Problem(401);
  return access.token;
}

function isFresh() {
  return access !== null && Date.now() < access.renewAt;
}

/** Renews the tokens once for all tabs: a tab that waited for the lock has received the new ones by then. */
async function renew() {
  if (!navigator.locks) return renewUnlessFresh();
  await new Promise((resolve, reject) => {
    void navigator.locks.request("todo-renewal", async () => {
      await renewUnlessFresh().then(resolve, reject);
      await new Promise((done) => setTimeout(done, TAB_DELAY));
    });
  });
}

async function renewUnlessFresh() {
  const stored = readStored();
  if (!stored) return end(endReason);
  if (isFresh()) return;
  const { refresh_token } = stored;
  try {
    keepTokens((await send("POST", "/api/auth/refresh", { body: { refresh_token } })).body);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    if (readStored()?.refresh_token !== refresh_token) return renewUnlessFresh(); // without locks another tab may have renewed it
    end("Your session has ended. Please sign in again.");
  }
}

/** @param {unknown} error */
function isUnauthorized(error) {
  return error instanceof Problem && error.status === 401;
}

/**
 * Stores both tokens before either is used.
 * @param {{ user: User, token: string, refresh_token: string, expires_in: number }} session
 */
function keepTokens({ user, token, refresh_token, expires_in }) {
  writeStored({ user, refresh_token });
  const lifetime = expires_in * 1000;
  access = { token, renewAt: Date.now() + lifetime - Math.min(60_000, lifetime / 3), owner: user.id };
  tabs?.postMessage(access);
}

/** @param {User} user */
function begin(user) {
  endReason = "";
  updateUser(user);
}

/** @param {string} reason */
function end(reason) {
  access = null;
  endReason = reason;
  setPreferences({ visited: true, folded: [] }); // before the other tabs hear of the end
  localStorage.removeItem(STORAGE_KEY);
  setUser(null);
}

/** @param {User | null} user */
function setUser(user) {
  if (JSON.stringify(user) !== JSON.stringify(currentUser.get())) currentUser.set(user);
}

/** @returns {StoredSession | null} */
function readStored() {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {StoredSession} session */
function writeStored(session) {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(session));
}

/** Takes over what another tab has stored. */
function follow() {
  const user = readStored()?.user ?? null;
  if (user?.id !== currentUser.get()?.id) access = null; // signed out or in as another user in another tab
  if (user) endReason = "";
  setUser(user);
}

addEventListener("storage", ({ key }) => (key === STORAGE_KEY || key === null) && follow());
addEventListener("pageshow", ({ persisted }) => persisted && follow()); // a page in the back/forward cache is not told
tabs?.addEventListener("message", ({ data }) => {
  if (data.owner === (currentUser.get() ?? readStored()?.user)?.id) access = data;
});
