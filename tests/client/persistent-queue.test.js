// Queues in fake storage: kept over reloads, taken over from closed tabs, never by other users.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPersistentQueue } from "../../src/todo_http/web/static/data/persistent-queue.js";
import { FakeLocks, fakeTab, queued, settle } from "./fakes.js";

/** A queue and the ids of what it has taken over. */
function open(owner, tab) {
  const restored = [];
  const queue = createPersistentQueue(owner, ({ id }) => restored.push(id), tab);
  return { ...queue, restored, ids: () => queue.requests.get().map(({ id }) => id) };
}

const keys = ({ localStorage }) => Object.keys(localStorage);

function tellOthers(tabs, key, newValue) {
  for (const tab of tabs) tab.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
}

test("requests are stored as long as there are any", async () => {
  const tab = fakeTab();
  const queue = open("ada", tab);
  queue.set([queued("one")]);
  assert.deepEqual(JSON.parse(tab.localStorage[keys(tab)[0]]), JSON.parse(JSON.stringify([queued("one")])));
  queue.set([]);
  assert.deepEqual(keys(tab), []);
});

test("without locks a tab finds its own requests after a reload", async () => {
  const tab = fakeTab();
  open("ada", tab).set([queued("one"), queued("two")]);
  const again = open("ada", tab);
  await settle();
  assert.deepEqual(again.restored, ["one", "two"]);
});

test("requests that an earlier version has stored are sent as they were", async () => {
  const tab = fakeTab();
  open("ada", tab).set([queued("any")]);
  await settle();
  const change = { kind: "add", fields: { title: "Milk" }, title: "Milk" };
  const id = "0b7f4f0e-1111-4222-8333-123456789abc";
  const old = [
    { id: "1", key: "k1", resource: `new-${id}`, method: "POST", path: "/tasks", body: "{}", held: false, sent: true, change },
    { id: "2", key: "k2", resource: `new-${id}`, method: "PATCH", path: `/tasks/new-${id}`, ifMatch: "*", held: false, sent: false, change: { ...change, kind: "change" } },
  ];
  tab.localStorage[keys(tab)[0]] = JSON.stringify(old);
  const { requests } = open("ada", tab);
  await settle();
  assert.deepEqual(JSON.parse(JSON.stringify(requests.get())), [
    { id: "1", key: "k1", changes: [{ entity: "task", id, ...change }], sent: { method: "POST", path: "/tasks", body: "{}" } },
    { id: "2", key: "k2", changes: [{ entity: "task", id, ...change, kind: "change" }], sent: null },
  ]);
});

test("a closed tab's requests are taken over once, in front of the others", async () => {
  const locks = new FakeLocks();
  const first = fakeTab({ locks });
  const closed = open("ada", first);
  closed.set([queued("one"), queued("two")]);
  const second = open("ada", fakeTab({ locks, localStorage: first.localStorage }));
  const third = open("ada", fakeTab({ locks, localStorage: first.localStorage }));
  second.set([queued("mine")]);
  await settle();
  assert.deepEqual(second.restored, [], "the tab is open");
  closed.close();
  await settle();
  assert.deepEqual(second.ids(), ["one", "two", "mine"]);
  assert.deepEqual(third.ids(), []);
  assert.equal(keys(first).length, 1);
});

test("a tab that opens its queue later is watched as well", async () => {
  const locks = new FakeLocks();
  const first = fakeTab({ locks });
  const queue = open("ada", first);
  await settle();
  const late = fakeTab({ locks, localStorage: first.localStorage });
  const closed = open("ada", late);
  closed.set([queued("late")]);
  tellOthers([first], keys(late)[0], "[]");
  closed.close();
  await settle();
  assert.deepEqual(queue.restored, ["late"]);
});

test("another user's requests are left alone", async () => {
  const tab = fakeTab();
  open("ada", tab).set([queued("one")]);
  const bobs = open("bob", tab);
  await settle();
  assert.deepEqual(bobs.restored, []);
  bobs.forget();
  assert.equal(keys(tab).length, 1);
});

test("forgetting removes everything of a user, in every tab", async () => {
  const locks = new FakeLocks();
  const tab = fakeTab({ locks });
  const otherTab = fakeTab({ locks, localStorage: tab.localStorage });
  const [queue, other] = [open("ada", tab), open("ada", otherTab)];
  queue.set([queued("one")]);
  other.set([queued("two")]);
  queue.forget();
  tellOthers([otherTab], "todo.forget", "ada");
  other.set([queued("three")]);
  assert.deepEqual(keys(tab), []);
  assert.deepEqual(queue.ids(), []);
});

test("forgetting reaches a tab that has ended before, with what it stored last", async () => {
  const locks = new FakeLocks();
  const tab = fakeTab({ locks });
  const otherTab = fakeTab({ locks, localStorage: tab.localStorage });
  const [queue, other] = [open("ada", tab), open("ada", otherTab)];
  other.set([queued("two")]);
  const last = Object.entries(tab.localStorage).filter(([key]) => key.startsWith("todo.outbox."));
  other.close();
  queue.forget();
  last.forEach(([key, text]) => tab.localStorage.setItem(key, text)); // was on its way
  tellOthers([otherTab], "todo.forget", "ada");
  assert.deepEqual(keys(tab), []);
});

test("what is added when the queue has just been closed is kept for the next one", async () => {
  const locks = new FakeLocks();
  const tab = fakeTab({ locks });
  const queue = open("ada", tab);
  await settle();
  queue.close();
  queue.set([queued("typed")]);
  const next = open("ada", fakeTab({ locks, localStorage: tab.localStorage }));
  await settle();
  assert.deepEqual(next.restored, ["typed"]);
});

test("stored text that is not a queue is ignored", async () => {
  const tab = fakeTab();
  open("ada", tab).set([queued("one")]);
  await settle();
  tab.localStorage[keys(tab)[0]] = "{broken";
  const queue = open("ada", tab);
  await settle();
  assert.deepEqual(queue.ids(), []);
});
