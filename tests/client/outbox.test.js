// The outbox over a fake server: order, repetition under the same key, conflicts, rejections.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { NoResponse, Problem } from "../../src/todo_http/web/static/api.js";
import { createOutbox, retryDelay } from "../../src/todo_http/web/static/data/outbox.js";
import { rebase } from "../../src/todo_http/web/static/data/rebase.js";
import { fakeTab, queued, settle } from "./fakes.js";

const LOST = new NoResponse();
let calls = [];
let events = [];
let outbox;

/** An outbox whose server gives these responses, then only good ones: bodies, or errors. */
function open(...responses) {
  outbox?.stop(); // which ends its timers
  calls = [];
  events = [];
  const send = async (method, path, options) => {
    calls.push({ method, path, ...options });
    const response = responses.length ? responses.shift() : { revision: 2 };
    if (response instanceof Error) throw response;
    return { body: response };
  };
  const note = (event) => ({ id }) => events.push(`${event} ${id}`);
  outbox = createOutbox("ada", send, {
    restored: note("restored"),
    rebase: (unsent, resource, body) => rebase(unsent, resource, body && { id: resource, ...body }),
    succeeded: note("succeeded"),
    rejected: note("rejected"),
    fulfilled: (_, current) => current.asWanted === true,
    conflicted: note("conflicted"),
  });
}

async function add(...requests) {
  requests.forEach((request) => outbox.add(request));
  await settle();
}

async function wake() {
  outbox.wake();
  await settle();
}

const waiting = () => outbox.requests.get().map(({ id }) => id);

beforeEach(() => {
  globalThis.window = fakeTab();
});
afterEach(() => outbox.stop());

test("requests are sent one after the other and leave the queue", async () => {
  open();
  await add(queued("one"), queued("two", { resource: "task-2" }));
  assert.deepEqual(calls.map(({ key }) => key), ["key-one", "key-two"]);
  assert.deepEqual(events, ["succeeded one", "succeeded two"]);
  assert.deepEqual([waiting(), Object.keys(window.localStorage)], [[], []]);
});

test("a request without a response is repeated unchanged, before those behind it", async () => {
  open(LOST, new Problem(503), new Problem(504));
  await add(queued("one"), queued("two", { resource: "task-2" }));
  for (let round = 0; round < 3; round += 1) await wake();
  assert.deepEqual(calls.map(({ key }) => key), ["key-one", "key-one", "key-one", "key-one", "key-two"]);
  assert.equal(new Set(calls.slice(0, 4).map((call) => JSON.stringify(call))).size, 1);
});

test("a request that may have been sent is restored with the same key", async () => {
  open(LOST);
  await add(queued("one"));
  outbox.stop();
  open();
  await settle();
  assert.deepEqual(events, ["restored one", "succeeded one"]);
  assert.equal(calls[0].key, "key-one");
});

test("later requests about a resource take over its id and revision", async () => {
  open({ id: "task-9", revision: 7 });
  await add(queued("add", { resource: "new-1", method: "POST" }), queued("edit", { resource: "new-1", ifMatch: '"0"' }));
  assert.deepEqual(calls.map(({ path, ifMatch }) => [path, ifMatch]), [["/tasks", undefined], ["/tasks/task-9", '"7"']]);
});

test("requests that refer to a task added here take over its id, and their own preconditions stay", async () => {
  open({ id: "task-9", revision: 7 });
  const body = '{"title":"b","parent_id":"new-1"}';
  await add(queued("add", { resource: "new-1", method: "POST" }), queued("below", { resource: "new-2", method: "POST", body }),
    queued("move", { resource: "task-3", path: "/tasks/task-3/move", body: '{"before":"new-1"}', ifMatch: '"3"' }),
    queued("any", { resource: "new-1", path: "/tasks/new-1/complete", target: "/tasks/new-1", ifMatch: "*" }));
  assert.deepEqual(calls.slice(1).map(({ path, text, ifMatch }) => [path, text, ifMatch]), [
    ["/tasks", '{"title":"b","parent_id":"task-9"}', undefined],
    ["/tasks/task-3/move", '{"before":"task-9"}', '"3"'],
    ["/tasks/task-9/complete", "{}", "*"],
  ]);
});

test("what conflicts with a command is read at the address of its resource", async () => {
  open(new Problem(412), { revision: 5 });
  await add(queued("one", { path: "/tasks/task-1/complete", target: "/tasks/task-1" }));
  assert.deepEqual([calls[1].method, calls[1].path], ["GET", "/tasks/task-1"]);
});

test("a rejected move is not the end of the requests behind it", async () => {
  open(new Problem(400));
  await add(queued("move", { method: "POST", path: "/tasks/task-1/move", target: "/tasks/task-1" }), queued("behind"));
  assert.deepEqual(events, ["rejected move", "succeeded behind"]);
});

test("a held request is sent when it is released, and until then can be withdrawn", async () => {
  open();
  await add(queued("kept", { held: true }), queued("gone", { resource: "task-2", held: true }));
  assert.deepEqual(calls, []);
  assert.equal(outbox.withdraw("kept"), true);
  outbox.release("gone");
  assert.equal(outbox.withdraw("kept"), false);
  await settle();
  assert.deepEqual(calls.map(({ key }) => key), ["key-gone"]);
});

test("a request that has been sent cannot be withdrawn", async () => {
  open(LOST);
  await add(queued("one"));
  assert.equal(outbox.withdraw("one"), false);
});

test("a conflict holds back the resource and no other one", async () => {
  open(new Problem(412), { revision: 5 });
  await add(queued("one"), queued("behind"), queued("other", { resource: "task-2" }));
  assert.deepEqual(events, ["conflicted one", "succeeded other"]);
  assert.deepEqual(waiting(), ["one", "behind"]);
  outbox.overwrite("one", '"5"');
  await settle();
  const [first, , , again] = calls;
  assert.deepEqual([again.ifMatch, again.body === first.text, again.key === first.key], ['"5"', false, false]);
  assert.equal(again.text, first.text);
  assert.deepEqual(events.slice(2), ["succeeded one", "succeeded behind"]);
});

test("dropping a resource in conflict removes all requests about it", async () => {
  open(new Problem(412));
  await add(queued("one"), queued("behind"));
  outbox.drop("task-1");
  assert.deepEqual(waiting(), []);
});

test("a conflict with what is wanted anyway is none", async () => {
  open(new Problem(412), { revision: 5, asWanted: true });
  await add(queued("one"));
  assert.deepEqual(events, ["succeeded one"]);
});

test("a rejected change is removed alone, a rejected creation with all that follows it", async () => {
  open(new Problem(400));
  await add(queued("one"), queued("two"));
  assert.deepEqual(events, ["rejected one", "succeeded two"]);
  open(new Problem(400));
  await add(queued("add", { method: "POST" }), queued("edit"));
  assert.deepEqual([events, waiting()], [["rejected add"], []]);
});

test("deleting what is gone has succeeded", async () => {
  open(new Problem(404));
  await add(queued("one", { method: "DELETE" }));
  assert.deepEqual(events, ["succeeded one"]);
});

test("nothing more is sent once the session has ended, and the queue is kept", async () => {
  open(new Problem(401));
  await add(queued("one"));
  await wake();
  assert.deepEqual([calls.length, waiting(), Object.keys(window.localStorage).length], [1, ["one"], 1]);
});

test("held deletions are flushed when the page is closed, unless something is before them", async () => {
  open(LOST);
  await add(queued("edit"), queued("behind", { method: "DELETE", held: true }),
    queued("gone", { resource: "task-2", method: "DELETE", held: true }));
  const flushed = [];
  outbox.flush(({ id }) => flushed.push(id));
  assert.deepEqual(flushed, ["gone"]);
  assert.deepEqual(waiting(), ["edit", "behind", "gone"]);
});

test("what can be repeated is repeated after growing pauses", () => {
  const busy = { type: "/problems/request-in-progress" };
  for (const error of [LOST, new Problem(502), new Problem(429), new Problem(409, busy)]) {
    assert.ok(retryDelay(error, 0) < retryDelay(error, 3));
    assert.ok(retryDelay(error, 30) <= 25_000);
  }
  assert.ok(retryDelay(new Problem(503, null, 60), 0) >= 60_000);
  assert.ok(retryDelay(new Problem(500), 2) > 0);
  for (const status of [400, 401, 403, 404, 412]) assert.equal(retryDelay(new Problem(status), 0), 0);
  assert.equal(retryDelay(new Problem(500), 3), 0);
});
