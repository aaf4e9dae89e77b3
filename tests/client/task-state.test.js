// The rows that follow from the server's list and unsent changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, reduce, rowsOf } from "../../src/todo_http/web/static/tasks/task-state.js";
import { queued } from "./fakes.js";

const NOW = { zone: "UTC", instant: 0, date: "2026-11-20", time: "12:00" };
const task = (id, more = {}) => ({ id, title: id, description: null, completed: false, priority: null, due_date: null, revision: 1, ...more });

const play = (...events) => events.reduce(reduce, EMPTY);
const loaded = (...tasks) => ({ type: "loaded", tasks, next: null, etag: '"1"', more: false });
const open = { type: "loading", query: { status: "pending", sort: "title" }, keep: false };
const titles = (state, requests = []) => rowsOf(state, requests, NOW).map((row) => row.task.title);

test("rows are in the order of the server", () => {
  assert.deepEqual(titles(play(open, loaded(task("b"), task("a")))), ["b", "a"]);
});

test("further pages are appended without repetitions", () => {
  const state = play(open, loaded(task("a"), task("b")), { ...loaded(task("b"), task("c")), more: true, etag: '"2"' });
  assert.deepEqual(titles(state), ["a", "b", "c"]);
  assert.equal(state.etag, '"1"');
});

test("an older revision does not replace a newer one", () => {
  const state = play(open, loaded(task("a", { title: "new", revision: 5 })), loaded(task("a", { title: "old", revision: 4 })));
  assert.deepEqual(titles(state), ["new"]);
});

test("unsent changes are on top of the task, one after the other", () => {
  const requests = [queued("x", { resource: "a" }), queued("y", { resource: "a" })];
  const [row] = rowsOf(play(open, loaded(task("a"))), requests, NOW);
  assert.deepEqual([row.task.title, row.waiting], ["y", true]);
  assert.deepEqual(titles(play(open, loaded(task("a"))), [queued("gone", { resource: "a", method: "DELETE" })]), []);
});

test("an added task is first, and keeps its row when it is saved", () => {
  const added = queued("new", { resource: "new-1", method: "POST" });
  const before = play(open, loaded(task("a")));
  const [row] = rowsOf(before, [added], NOW);
  assert.deepEqual([row.key, row.task.title, row.waiting], ["new-1", "new", true]);
  const after = reduce(before, { type: "saved", id: "new-1", change: added.change, task: task("b", { title: "new" }) });
  const rows = rowsOf(after, [], NOW);
  assert.deepEqual(rows.map(({ key, waiting }) => [key, waiting]), [["new-1", false], ["a", false]]);
  assert.equal(rows[0].task.id, "b");
});

test("a completed task stays for a moment before it leaves the list", () => {
  const change = { kind: "change", fields: { completed: true }, title: "a" };
  const state = play(open, loaded(task("a")), { type: "changed", id: "a", change },
    { type: "saved", id: "a", change, task: task("a", { completed: true, revision: 2 }) });
  assert.deepEqual(titles(state), ["a"]);
  assert.deepEqual(titles(reduce(state, { type: "settled", id: "a" })), []);
});

test("only what was changed here is checked against the query", () => {
  const state = play(open, loaded(task("a", { completed: true })));
  assert.deepEqual(titles(state), ["a"]);
});

test("deleted tasks are gone, also when the server still lists them", () => {
  const state = play(open, loaded(task("a"), task("b")), { type: "deleted", id: "a" }, loaded(task("a"), task("b")));
  assert.deepEqual(titles(state), ["b"]);
});

test("another list starts empty, a filtered one keeps its rows until it is loaded", () => {
  const state = play(open, loaded(task("a")));
  assert.deepEqual(titles(reduce(state, { ...open, keep: true })), ["a"]);
  assert.deepEqual(titles(reduce(state, open)), []);
});
