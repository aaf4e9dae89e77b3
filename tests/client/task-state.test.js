// The rows that follow from the server's list and unsent changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, reduce, rowsOf } from "../../src/todo_http/web/static/tasks/task-state.js";
import { queued } from "./fakes.js";

const NOW = { zone: "UTC", instant: 0, date: "2026-11-20", time: "12:00" };
const task = (id, more = {}) => ({ id, title: id, description: null, completed: false, priority: null, due_date: null, list_id: null,
  parent_id: null, position: id, tags: [], revision: 1, ...more });

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
  const change = { kind: "complete", fields: { completed: true }, title: "a" };
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

const COMPLETE = { kind: "complete", fields: { completed: true }, title: "a" };
const below = (id, parent, more = {}) => task(id, { parent_id: parent, ...more });

test("a completed task takes its subtasks along, before the response and after it", () => {
  const before = play({ type: "loading", query: { sort: "title" }, keep: false }, loaded(task("a"), below("b", "a"), below("c", "b"), task("d")));
  const states = (rows) => rows.map((row) => row.task.completed);
  const request = { ...queued("a"), resource: "a", change: COMPLETE };
  assert.deepEqual(states(rowsOf(before, [request], NOW)), [true, true, true, false]);
  const after = reduce(before, { type: "saved", id: "a", change: COMPLETE, task: task("a", { completed: true, revision: 2 }) });
  assert.deepEqual(states(rowsOf(after, [], NOW)), [true, true, true, false]);
  assert.equal(rowsOf(after, [], NOW)[1].task.revision, -1, "the response does not tell it");
});

test("completed subtasks stay for the same moment", () => {
  const state = play(open, loaded(task("a"), below("b", "a")), { type: "changed", id: "a", change: COMPLETE },
    { type: "saved", id: "a", change: COMPLETE, task: task("a", { completed: true, revision: 2 }) });
  assert.deepEqual(titles(state), ["a", "b"]);
  assert.deepEqual(titles(reduce(state, { type: "settled", id: "a" })), []);
});

test("a deleted task takes its subtasks along, and restored they are back", () => {
  const state = play(open, loaded(task("a"), below("b", "a"), task("c")));
  assert.deepEqual(titles(state, [queued("gone", { resource: "a", method: "DELETE" })]), ["c"]);
  const gone = reduce(state, { type: "saved", id: "a", change: { kind: "remove", fields: {}, title: "a" }, task: null });
  assert.deepEqual(titles(gone), ["c"]);
  assert.deepEqual(titles(reduce(gone, { type: "restored" })), ["c"], "not before the list is loaded again");
  assert.deepEqual(titles(reduce(reduce(gone, { type: "restored" }), loaded(task("a"), below("b", "a")))), ["a", "b"]);
});

test("a task that gets another list leaves this one, even if it was just added", () => {
  const query = { list: "work", status: "pending", sort: "position" };
  const state = play({ type: "loading", query, keep: false }, loaded(task("a", { list_id: "work" }), below("b", "a", { list_id: "work" })),
    { type: "saved", id: "new-1", change: { kind: "add", fields: {}, title: "n" }, task: task("n", { list_id: "work" }) });
  const move = (id) => ({ ...queued(id, { resource: id }), change: { kind: "change", fields: { list_id: "home" }, title: id } });
  assert.deepEqual(titles(state, [move("n")]), ["a", "b"]);
  assert.deepEqual(titles(state, [move("a")]), ["n"], "its subtasks go with it");
});

test("in manual order, rows are in the order of their positions, and a new one is last", () => {
  const manual = { type: "loading", query: { sort: "position" }, keep: false };
  const state = play(manual, loaded(task("a", { position: "P" }), task("b", { position: "A" })));
  assert.deepEqual(titles(state, [queued("new", { resource: "new-1", method: "POST" })]), ["b", "a", "new"]);
});
