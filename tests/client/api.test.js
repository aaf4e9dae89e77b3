// Requests to the API over a fake network.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { NoResponse, Problem, nextPage, onResponse, randomKey, send } from "../../src/todo_http/web/static/api.js";

const realFetch = globalThis.fetch;
let requests = [];
let reachable = [];

function respondWith(status, body, headers = {}) {
  globalThis.fetch = async (path, options) => {
    requests.push({ path, ...options });
    return new Response(body, { status, headers });
  };
}

beforeEach(() => {
  requests = [];
  reachable = [];
  onResponse((answered) => reachable.push(answered));
});
afterEach(() => {
  globalThis.fetch = realFetch;
});

test("options become header fields and a JSON body", async () => {
  respondWith(200, '{"id":1}', { ETag: '"7"', Link: '</next?cursor=x>; rel="next"' });
  const options = { token: "t", key: "k", ifMatch: '"6"', ifNoneMatch: '"5"', body: { title: "x" } };
  const response = await send("POST", "/api/me/tasks", options);
  assert.deepEqual(response, { status: 200, body: { id: 1 }, etag: '"7"', next: "/next?cursor=x" });
  const [{ path, method, body, headers }] = requests;
  assert.deepEqual([path, method, body], ["/api/me/tasks", "POST", '{"title":"x"}']);
  assert.deepEqual(headers, {
    "Accept": "application/json", "Content-Type": "application/json", "Authorization": "Bearer t",
    "Idempotency-Key": "k", "If-Match": '"6"', "If-None-Match": '"5"',
  });
});

test("a serialised body is sent as it is, and none without one", async () => {
  respondWith(204, null);
  await send("PATCH", "/x", { text: '{"a": 1}' });
  assert.equal((await send("GET", "/x")).body, null);
  assert.deepEqual(requests.map(({ body }) => body), ['{"a": 1}', undefined]);
  assert.ok(!("Content-Type" in requests[1].headers));
});

test("an error response is a problem with its fields", async () => {
  const document = { type: "/problems/invalid", detail: "No.", errors: [{ pointer: "/title", code: "blank", detail: "Empty." }] };
  respondWith(400, JSON.stringify(document), { "Retry-After": "3" });
  const problem = await send("GET", "/x").catch((error) => error);
  assert.ok(problem instanceof Problem);
  assert.deepEqual([problem.status, problem.code, problem.message, problem.retryAfter], [400, "invalid", "No.", 3]);
  assert.deepEqual([problem.of("title"), problem.of("due_date")], ["Empty.", ""]);
  assert.deepEqual(reachable, [true]);
});

test("the page of a proxy is a problem too", async () => {
  respondWith(504, "<h1>Gateway Timeout</h1>");
  const problem = await send("GET", "/x").catch((error) => error);
  assert.deepEqual([problem.status, problem.code, problem.message], [504, "", "The server answered 504."]);
});

test("a failed connection is no response", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("failed"));
  await assert.rejects(send("GET", "/x"), NoResponse);
  assert.deepEqual(reachable, [false]);
});

test("a request that takes too long is no response", async () => {
  globalThis.fetch = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const alive = setTimeout(() => {}, 10_000); // the timer of AbortSignal.timeout does not keep the process running
  await assert.rejects(send("GET", "/x", { seconds: 0.01 }), NoResponse);
  clearTimeout(alive);
});

test("an aborted request says nothing about the connection", async () => {
  globalThis.fetch = (_, { signal }) => Promise.reject(signal.reason);
  await assert.rejects(send("GET", "/x", { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.deepEqual(reachable, []);
});

test("the next page is the link with that relation", () => {
  assert.equal(nextPage('</a>; rel="prev", </b>; rel="next"'), "/b");
  assert.equal(nextPage('</a>; rel="prev"'), null);
  assert.equal(nextPage(null), null);
});

test("random keys differ", () => {
  assert.equal(new Set(Array.from({ length: 100 }, randomKey)).size, 100);
});
