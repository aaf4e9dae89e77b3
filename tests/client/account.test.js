// The account over a fake server and browser: what is shown, stored and sent when responses, events and tabs come in any order.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeServer, startBrowser, until } from "./fake-browser.js";

startBrowser();
globalThis.fetch = async () => new Response("{}");
const { createAccount } = await import("../../src/todo_http/web/static/data/account.js");

let server;
let databases;
let accounts = [];

beforeEach(() => {
  ({ databases } = startBrowser());
  server = new FakeServer();
  globalThis.fetch = server.fetch;
});
afterEach(() => Promise.all(accounts.splice(0).map((account) => account.stop())));

async function open() {
  const rejections = [];
  const account = createAccount({ id: "ada" }, ({ problem }) => rejections.push(problem.message));
  accounts.push(account);
  await until(() => account.status.get().ready);
  return Object.assign(account, { rejections });
}

async function close(account) {
  accounts = accounts.filter((other) => other !== account);
  await account.stop();
}

const change = (kind, id, fields = {}, more = {}) => ({ entity: "task", kind, id, title: id, fields, ...more });
const shown = (account) => Object.fromEntries(Array.from(account.view.get().tasks.values(), ({ id, title }) => [id, title]));
const saved = (...all) => until(() => all.every((account) => !account.requests.get().length));
const stored = () => Object.fromEntries(Array.from(databases.stores.get("todo.copy.ada").get("task").values()).flat().map(({ id, title }) => [id, title]));
const live = () => until(() => server.streams.size > 0);
/** Makes the server tell everything, and waits until an account has it. */
async function told(account) {
  server.isSilent = false;
  server.write("last", { title: String(server.feed.length) });
  await until(() => shown(account).last === server.tasks.get("last").title);
}
const present = () => Object.fromEntries(Array.from(server.tasks.values(), ({ id, title }) => [id, title]));

test("the repetition of a lost response does not bring back what others have changed or deleted since", async () => {
  for (const id of ["a", "b"]) server.write(id, { title: id });
  const account = await open();
  await live();
  for (const [kind, id, fields] of [["change", "a", { title: "mine" }], ["change", "b", { title: "mine" }], ["add", "n", { title: "new" }], ["remove", "n"]]) {
    server.lost = 1;
    account.act("", [change(kind, id, fields)]);
    await until(() => account.requests.get()[0]?.sent && server.lost === 0);
    server.write(id, id === "b" ? null : { title: "theirs" });
    await told(account);
    await saved(account);
    assert.deepEqual(shown(account), present(), `${kind} ${id}`);
    assert.deepEqual(stored(), present(), "stored");
  }
});

test("what was read before a deletion does not bring the task back", async () => {
  server.write("a", {});
  const account = await open();
  await live();
  const { fetch } = server;
  globalThis.fetch = async (path, options) => {
    const response = await fetch(path, options);
    if (path.endsWith("/tasks/a")) {
      server.write("a", null);
      await until(() => !shown(account).a);
    }
    return response;
  };
  await account.refetch({ entity: "task", id: "a" });
  assert.deepEqual(shown(account), {});
});

test("a tab that takes over stores what it knew from its own responses", async () => {
  server.write("a", {});
  const [first, second] = [await open(), await open()];
  await live();
  server.isSilent = true;
  second.act("", [change("change", "a", { title: "mine" })]);
  await saved(second);
  await close(first);
  await told(second);
  await until(() => stored().last);
  assert.equal(stored().a, "mine");
});

test("without a database each tab reads for itself, and has what the other one does", async () => {
  databases.isMissing = true;
  server.write("a", {});
  const [first, second] = [await open(), await open()];
  first.act("", [change("change", "a", { title: "mine" })]);
  await until(() => shown(second).a === "mine");
});

test("after the storage was full, the stored copy is not ahead of what it has", async () => {
  server.write("a", {});
  const account = await open();
  await live();
  databases.isFull = true;
  server.write("a", { title: "A" });
  await told(account);
  databases.isFull = false;
  server.write("b", {});
  await until(() => shown(account).b);
  await close(account);
  const again = await open();
  await until(() => shown(again).b);
  assert.deepEqual(shown(again), present());
});

test("an undo of what has no response yet is made when there is one, and made again", async () => {
  server.write("a", {});
  const account = await open();
  server.isDown = true;
  account.act("", [change("change", "a", { title: "mine" }, { base: { title: "a" } })]);
  await until(() => account.requests.get()[0].sent);
  account.undo();
  account.redo();
  assert.equal(shown(account).a, "mine");
  server.isDown = false;
  account.retry();
  await saved(account);
  account.undo();
  await saved(account);
  assert.deepEqual([server.tasks.get("a").title, account.rejections], ["a", []]);
});

test("a batch that was sent one by one is undone as one", async () => {
  for (const id of ["a", "b"]) server.write(id, {});
  const account = await open();
  const { fetch } = server;
  globalThis.fetch = (path, options) => (path.endsWith("/batch") ? Promise.resolve(new Response("{}", { status: 412 })) : fetch(path, options));
  account.act("", ["a", "b"].map((id) => change("change", id, { title: "mine" }, { base: { title: id } })));
  await saved(account);
  assert.equal(server.tasks.get("b").title, "mine");
  account.undo();
  assert.deepEqual(shown(account), { a: "a", b: "b" });
  await saved(account);
  assert.deepEqual([present(), account.rejections], [{ a: "a", b: "b" }, []]);
});

test("a page of a captive portal is no response", async () => {
  const account = await open();
  const { fetch } = server;
  globalThis.fetch = async (path, options) => (options.method === "POST" ? new Response("<h1>Sign in to the network</h1>") : fetch(path, options));
  account.act("", [change("add", "n", { title: "new" })]);
  await until(() => account.requests.get()[0].sent);
  globalThis.fetch = fetch;
  await saved(account);
  assert.deepEqual(present(), { n: "new" });
});

test("drafts of another user are forgotten, one's own are kept", async () => {
  const { draftOf, keepDraft } = await import("../../src/todo_http/web/static/entry/drafts.js");
  keepDraft("inbox", "of somebody else");
  const account = await open();
  assert.equal(draftOf("inbox"), "");
  keepDraft("inbox", "mine");
  await close(account);
  await open();
  assert.equal(draftOf("inbox"), "mine");
});

test("whatever is lost, late or reloaded, in the end all copies are what the server has", async () => {
  let state = 7;
  const random = (below) => ((state = (state * 1103515245 + 12345) % 2 ** 31) >> 8) % below;
  for (let id = 0; id < 4; id += 1) server.write(`t${id}`, {});
  let tabs = [await open(), await open()];
  for (let step = 0; step < 60; step += 1) {
    const tab = tabs[random(2)];
    const id = `t${random(4)}`;
    server.lost = random(3) ? 0 : 1;
    server.isSilent = random(3) === 0;
    if (!server.isSilent) server.tell();
    const what = random(8);
    const task = tab.view.get().tasks.get(id);
    if (what === 0) server.write(id, random(2) ? { completed: true } : null);
    else if (what === 1) server.write(id, { list_id: String(step) });
    else if (what === 2) tab.act("", [change("add", `n${step}`, { title: "new" })]);
    else if (what === 3) tab.act("", [change("remove", id)]);
    else if (what === 4) tab.undo();
    else if (what === 5) {
      await close(tab);
      tabs = [...tabs.filter((other) => other !== tab), await open()];
    } else if (task) tab.edit("", change("change", id, { title: String(step) }, { base: { title: task.title } }));
    for (const each of tabs) for (const conflict of each.conflicts.get()) each.resolve(conflict, true);
    if (random(2)) await new Promise((resolve) => setTimeout(resolve, random(20)));
  }
  server.lost = 0;
  await until(() => {
    for (const each of tabs) each.conflicts.get().forEach((conflict) => each.resolve(conflict, true));
    return tabs.every((each) => !each.requests.get().length);
  });
  for (const each of tabs) await told(each);
  await until(() => stored().last === present().last);
  for (const copy of [...tabs.map(shown), stored()]) assert.deepEqual(copy, present());
});
