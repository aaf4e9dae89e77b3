// One request to the API: JSON both ways, problem documents as errors, and a time limit.

/** @import { ApiResponse, RequestOptions } from "./types.js" */

/** An error response (RFC 9457). `message` is a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {any} [body] the problem document, if there is one
   * @param {number} [retryAfter] seconds, from the Retry-After field
   */
  constructor(status, body = null, retryAfter = 0) {
    super(body?.detail ?? `The server answered ${status}.`);
    this.status = status;
    /** @type {string} */
    this.code = body?.type?.replace("/problems/", "") ?? "";
    /** @type {{ pointer?: string, parameter?: string, code: string, detail: string }[]} */
    this.errors = body?.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /**
   * The error of one member of the body, or of an item in it, or of one parameter of the query; or an empty text.
   * @param {string} name
   */
  of(name) {
    const error = this.errors.find(({ pointer, parameter }) => pointer?.split("/")[1] === name || parameter === name);
    return error?.detail ?? "";
  }
}

/** No response came: whether the request had an effect is unknown. */
export class NoResponse extends Error {
  constructor() {
    super("The server does not answer. Check your connection and try again.");
  }
}

/** @type {(reachable: boolean) => void} */
let report = () => {};

/** @param {(reachable: boolean) => void} listener called after each request; false if no response came */
export function onResponse(listener) {
  report = listener;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<ApiResponse>}
 * @throws {Problem} for a status of 400 or more
 * @throws {NoResponse} on network errors and timeouts
 */
export async function send(method, path, options = {}) {
  const timeout = AbortSignal.timeout((options.seconds ?? 15) * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const body = options.text ?? JSON.stringify(options.body);
  let response, text;
  try {
    response = await fetch(path, {
      method, body, signal, headers: headersFor(options, body), keepalive: options.keepalive, cache: "no-store", credentials: "omit",
    });
    text = await response.text();
  } catch {
    options.signal?.throwIfAborted();
    report(false);
    throw new NoResponse();
  }
  report(true);
  const { status, headers } = response;
  const content = parseJson(text);
  if (status < 400 && text && content === null && text.trim() !== "null") throw new NoResponse(); // a page of a proxy or a captive portal
  if (status >= 400) throw new Problem(status, content, Number(headers.get("Retry-After")) || 0);
  return { status, body: content, etag: headers.get("ETag"), next: nextPage(headers.get("Link")) };
}

/** A random name, for idempotency keys and for resources without an id. */
export function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages loaded over plain HTTP from another machine have no randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A new id for a task or list: a UUID of version 7 (RFC 9562), so that ids grow with time. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0, rest = Date.now(); place < 6; place += 1, rest = Math.floor(rest / 256)) bytes[5 - place] = rest % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** @param {RequestOptions} options @param {string | undefined} body */
function headersFor(options, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  if (options.key) headers["Idempotency-Key"] = options.key;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  if (options.ifNoneMatch) headers["If-None-Match"] = options.ifNoneMatch;
  return headers;
}

/** @param {string} text */
function parseJson(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // from a proxy or a captive portal
  }
}

/**
 * The target of a Link field's relation "next" (RFC 8288).
 * @param {string | null} link
 */
export function nextPage(link) {
  return link?.match(/<([^<>]+)>;\s*rel="next"/)?.[1] ?? null;
}
