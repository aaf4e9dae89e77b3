// One call to the API: JSON out and in, problems as errors, and an end to waiting.

/** @import { Answer, Options } from "./types.js" */

/** The server understood and said no (RFC 9457). `message` is a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {any} body the problem document, or null where something else answered
   * @param {number} retryAfter seconds that the server asks to wait; 0 when it does not say
   */
  constructor(status, body, retryAfter) {
    super(body?.detail ?? `The server answered ${status}.`);
    this.status = status;
    /** @type {string} */
    this.code = body?.type?.replace("/problems/", "") ?? "";
    /** @type {{ pointer?: string, parameter?: string, code: string, detail: string }[]} */
    this.errors = body?.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /**
   * What is wrong with one member of the body, or one parameter of the query; empty when nothing is.
   * @param {string} name
   */
  of(name) {
    const found = this.errors.find((error) => error.pointer === `/${name}` || error.parameter === name);
    return found?.detail ?? "";
  }
}

/** No answer came: it is unknown whether anything happened. */
export class NoAnswer extends Error {
  constructor() {
    super("The server does not answer. Check your connection and try again.");
  }
}

/** @type {(answered: boolean) => void} */
let report = () => {};

/**
 * Be told of every request whether an answer came, whatever it says.
 * @param {(answered: boolean) => void} listener
 */
export function onEveryRequest(listener) {
  report = listener;
}

/**
 * Send a request and read its answer.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 * @throws {Problem} for every status of 400 and above
 * @throws {NoAnswer} when the network or the time ran out
 */
export async function send(method, path, options = {}) {
  const limit = AbortSignal.timeout((options.seconds ?? 15) * 1000);
  const signal = options.signal ? anyOf(options.signal, limit) : limit;
  const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  let response, text;
  try {
    response = await fetch(path, {
      method, body, signal, headers: headers(options, body), keepalive: options.keepalive, cache: "no-store", credentials: "omit",
    });
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    report(false);
    throw new NoAnswer();
  }
  report(true);
  const read = parsed(text);
  if (response.status >= 400) {
    throw new Problem(response.status, read, Number(response.headers.get("Retry-After")) || 0);
  }
  return { status: response.status, body: read, etag: response.headers.get("ETag"), next: nextPage(response.headers.get("Link")) };
}

/** A random name that nothing else has: for idempotency keys, and for things that have no id yet. */
export function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Not everywhere: pages that come over plain http from another machine have no randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Options} options
 * @param {string | undefined} body
 */
function headers(options, body) {
  /** @type {Record<string, string>} */
  const fields = { Accept: "application/json" };
  if (body !== undefined) fields["Content-Type"] = "application/json";
  if (options.token) fields.Authorization = `Bearer ${options.token}`;
  if (options.key) fields["Idempotency-Key"] = options.key;
  if (options.ifMatch) fields["If-Match"] = options.ifMatch;
  if (options.ifNoneMatch) fields["If-None-Match"] = options.ifNoneMatch;
  return fields;
}

/** @param {string} text */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // not ours: a proxy, or a hotspot that wants a password
  }
}

/**
 * The address of the next page, as a Link header names it (RFC 8288).
 * @param {string | null} link
 */
export function nextPage(link) {
  return link?.match(/<([^<>]+)>;\s*rel="next"/)?.[1] ?? null;
}

/**
 * @param {AbortSignal} one
 * @param {AbortSignal} other
 */
function anyOf(one, other) {
  const either = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) either.abort(signal.reason);
    signal.addEventListener("abort", () => either.abort(signal.reason), { once: true });
  }
  return either.signal;
}
