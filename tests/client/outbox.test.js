// The outbox over a fake server: order, repetition under the same key, conflicts, rejections.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { NoResponse, Problem } from "../../src/todo_http/web/static/api.js";
import { createOutbox, retryDelay } from "../../src/todo_http/web/static/data/outbox.js";
import { changed, fakeTab, settle } from "./fakes.js";

const LOST = new NoResponse();
const CONFLICT = { type: "/problems/conflict" };
let calls = [];
let events = [];
let outbox;
/** Titles of changes that do not fit. */
let unfit = new Set();
/** The title of a change that the client cannot deal with. */
let broken = "";
let succeeded = [];

/** An outbox whose server gives these responses, then only good ones: bodies, or errors. */
function open(...responses) {
  outbox?.stop(); // which ends its timers
  calls = [];
  events = [];
  unfit = new Set();
  broken = "";
  succeeded = [];
  const send = async (method, path, options) => {
    calls.push({ method, path, ...options });
    const response = responses.length ? responses.shift() : { id: "task-1", revision: 2 };
    if (response instanceof Error) throw response;
    return { body: response };
  };
  const titles = ({ changes }) => changes.map(({ title }) => title).join("+");
  const note = (event) => (request) => events.push(`${event} ${titles(request)}`);
  const prepare = async (request) => {
    if (broken === titles(request)) throw new TypeError();
    if (!unfit.has(titles(request))) return true;
    outbox.block(request.id);
    events.push(`conflicted ${titles(request)}`);
    return false;
  };
  outbox = createOutbox("ada", send, {
    prepare,
    seal: ({ changes }) => ({ method: "POST", path: `/${changes.length}`, body: titles({ changes }) }),
    rebase: (unsent) => unsent,
    succeeded: (request) => succeeded.push(request) && note("succeeded")(request),
    rejected: note("rejected"),
    refetch: async ({ title }) => void events.push(`refetched ${title}`),
  });
}

async function add(...changes) {
  const requests = changes.map((change) => outbox.add([change].flat()));
  await settle();
  return requests;
}

async function wake() {
  outbox.wake();
  await settle();
}

const waiting = () => outbox.requests.get().map(({ changes }) => changes[0].title);
const sent = () => calls.map(({ text }) => text);

beforeEach(() => {
  globalThis.window = fakeTab();
});
afterEach(() => outbox.stop());

test("requests are sent one after the other and leave the queue", async () => {
  open();
  await add(changed("one"), changed("two", { id: "task-2" }));
  assert.deepEqual(sent(), ["one", "two"]);
  assert.deepEqual(events, ["succeeded one", "succeeded two"]);
  assert.deepEqual([waiting(), Object.keys(window.localStorage)], [[], []]);
});

test("a request without a response is repeated unchanged, before those behind it", async () => {
  open(LOST, new Problem(503), new Problem(504));
  await add(changed("one"), changed("two", { id: "task-2" }));
  for (let round = 0; round < 3; round += 1) await wake();
  assert.deepEqual(sent(), ["one", "one", "one", "one", "two"]);
  assert.equal(new Set(calls.slice(0, 4).map((call) => JSON.stringify(call))).size, 1);
});

test("a request that may have been sent is restored with the same key and text", async () => {
  open(LOST);
  await add(changed("one"));
  const [{ key, text }] = calls;
  outbox.stop();
  open();
  await settle();
  assert.deepEqual([calls[0].key, calls[0].text, events], [key, text, ["succeeded one"]]);
});

test("what is sent is decided when it is sent, after the responses to earlier requests", async () => {
  open(LOST);
  await add(changed("one"), changed("two"));
  assert.equal(outbox.requests.get()[1].sent, null);
  await wake();
  assert.deepEqual(events, ["succeeded one", "succeeded two"]);
});

test("an unsent request can be amended and withdrawn, one that has been sent cannot", async () => {
  open(LOST);
  const [first, second, third] = await add(changed("one"), changed("two"), changed("three"));
  assert.equal(outbox.amend(first.id, []), false);
  assert.equal(outbox.withdraw(first.id), false);
  assert.equal(outbox.amend(second.id, [changed("second")]), true);
  assert.equal(outbox.withdraw(third.id), true);
  await wake();
  assert.deepEqual(sent().slice(1), ["one", "second"]);
});

test("a change that does not fit holds back those about the same thing and no other one", async () => {
  open();
  unfit.add("one");
  const [first] = await add(changed("one"), changed("behind"), changed("other", { id: "task-2" }));
  assert.deepEqual(events, ["conflicted one", "succeeded other"]);
  assert.deepEqual(waiting(), ["one", "behind"]);
  outbox.resolve(first.id, [changed("mine")]);
  await settle();
  assert.deepEqual(events.slice(2), ["succeeded mine", "succeeded behind"]);
});

test("a conflict that is resolved without a change removes the request alone", async () => {
  open();
  unfit.add("one");
  const [first] = await add(changed("one"), changed("behind"));
  outbox.resolve(first.id, []);
  await settle();
  assert.deepEqual(events, ["conflicted one", "succeeded behind"]);
});

test("after a failed precondition the present state is read, and the request sent anew under another key", async () => {
  open(new Problem(412));
  await add(changed("one"));
  assert.deepEqual(events, ["refetched one", "succeeded one"]);
  assert.notEqual(calls[0].key, calls[1].key);
});

test("changes that fail together are sent alone, so that only what is wrong is refused", async () => {
  open(new Problem(412), { revision: 3 }, new Problem(400));
  await add([changed("a", { id: "1" }), changed("b", { id: "2" }), changed("c", { id: "3" })]);
  assert.deepEqual(sent(), ["a+b+c", "a", "b", "c"]);
  assert.deepEqual(events, ["succeeded a", "rejected b", "succeeded c"]);
  assert.equal(new Set(calls.map(({ key }) => key)).size, 4);
});

test("a rejected change is removed alone, a rejected addition with all that follows it", async () => {
  open(new Problem(400));
  await add(changed("one"), changed("two"));
  assert.deepEqual(events, ["rejected one", "succeeded two"]);
  open(new Problem(400));
  await add(changed("add", { kind: "add" }), changed("edit"));
  assert.deepEqual([events, waiting()], [["rejected add"], []]);
});

test("what refers to a rejected addition is kept without it", async () => {
  open(new Problem(400));
  const inside = changed("inside", { id: "2", fields: { list_id: "list", parent_id: "p" }, anchor: { after: "list" } });
  await add(changed("list", { kind: "add", id: "list" }), inside);
  assert.deepEqual(events, ["rejected list", "succeeded inside"]);
  assert.deepEqual(succeeded.at(-1).changes, [{ ...inside, fields: { list_id: null, parent_id: "p" }, anchor: {} }]);
});

test("what is refused is not undone", async () => {
  open(LOST, new Problem(400), LOST, new Problem(400));
  const [one] = await add(changed("one"));
  await add(changed("undo", { kind: "undo", of: one.id }));
  await wake();
  assert.deepEqual([events, waiting()], [["rejected one"], []]);
  const [batch] = await add([changed("a", { id: "1" }), changed("b", { id: "2" })]);
  await add(changed("undo", { kind: "undo", of: batch.id }), changed("other", { id: "3" }));
  await wake();
  assert.deepEqual([events.slice(1), waiting()], [["succeeded other"], []]);
});

test("a change about which the user is asked is not amended", async () => {
  open();
  unfit.add("one");
  const [first] = await add(changed("one"));
  assert.equal(outbox.amend(first.id, [changed("more")]), false);
});

test("an error in the client keeps a request, and does not stop those behind it", async (context) => {
  const log = context.mock.method(console, "error", () => null);
  open();
  broken = "one";
  await add(changed("one"), changed("other", { id: "2" }));
  assert.deepEqual([events, waiting(), log.mock.callCount()], [["succeeded other"], ["one"], 1]);
});

test("deleting what is gone, and adding what is there, has succeeded", async () => {
  open(new Problem(404), new Problem(409, CONFLICT));
  await add(changed("one", { kind: "remove" }), changed("two", { kind: "add", id: "task-2" }));
  assert.deepEqual(events, ["succeeded one", "succeeded two"]);
});

test("an undo that conflicts is refused, another write that was overtaken is repeated", async () => {
  open(new Problem(409, CONFLICT), new Problem(409, CONFLICT));
  await add(changed("undo", { kind: "undo" }), changed("one", { id: "task-2" }));
  await wake();
  assert.deepEqual(events, ["rejected undo", "succeeded one"]);
});

test("nothing more is sent once the session has ended, and the queue is kept", async () => {
  open(new Problem(401));
  await add(changed("one"));
  await wake();
  assert.deepEqual([calls.length, waiting(), Object.keys(window.localStorage).length], [1, ["one"], 1]);
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
