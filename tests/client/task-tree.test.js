// Subtasks below their parents, changes that reach them, and manual order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { applyToTasks, arrange, between, descendants } from "../../src/todo_http/web/static/data/task-tree.js";

const applyChange = (tasks, id, change) => applyToTasks(tasks, { entity: "task", id, ...change });
const task = (id, parent = null, more = {}) => ({ id, title: id, completed: false, list_id: null, parent_id: parent, position: id, revision: 1, ...more });
const rows = (...tasks) => tasks.map((each) => ({ key: each.id, task: each, waiting: false }));
const shown = (list, manual = false) => arrange(list, manual).map(({ key, level }) => `${key}${level}`);
const mapOf = (...tasks) => new Map(tasks.map((each) => [each.id, each]));
const move = (fields, anchor) => ({ kind: "move", fields, anchor, title: "" });
const order = (tasks, parent = null) => Array.from(tasks.values()).filter((each) => each.parent_id === parent)
  .sort((one, other) => (one.position < other.position ? -1 : 1)).map(({ id }) => id);

test("a subtask is below its parent, on all levels, wherever both are in the list", () => {
  assert.deepEqual(shown(rows(task("d", "b"), task("c", "a"), task("a"), task("e"), task("b", "a"))), ["a1", "c2", "b2", "d3", "e1"]);
});

test("a subtask whose parent is not in the list is at the top", () => {
  assert.deepEqual(shown(rows(task("b", "gone"), task("c", "b"))), ["b1", "c2"]);
});

test("siblings stay in the given order, or are in manual order", () => {
  const list = rows(task("b"), task("a"), task("d", "a"), task("c", "a"));
  assert.deepEqual(shown(list), ["b1", "a1", "d2", "c2"]);
  assert.deepEqual(shown(list, true), ["a1", "c2", "d2", "b1"]);
});

test("a circle of old revisions hides nothing", () => {
  assert.deepEqual(shown(rows(task("a", "b"), task("b", "a"), task("c", "c"))), ["c1", "a1", "b2"]);
});

test("everything below a task is found in any order", () => {
  assert.deepEqual(descendants([task("d", "c"), task("c", "b"), task("b", "a"), task("a"), task("x", "y")], "a").sort(), ["b", "c", "d"]);
});

test("completing reaches all subtasks, reopening only the task itself", () => {
  const tasks = mapOf(task("a"), task("b", "a"), task("c", "b"), task("d"));
  const complete = (completed) => ({ kind: "complete", fields: { completed }, title: "" });
  assert.deepEqual(applyChange(tasks, "a", complete(true)).sort(), ["a", "b", "c"]);
  assert.deepEqual(Array.from(tasks.values(), (each) => each.completed), [true, true, true, false]);
  assert.deepEqual(applyChange(tasks, "a", complete(false)), ["a"]);
  assert.deepEqual(Array.from(tasks.values(), (each) => each.completed), [false, true, true, false]);
});

test("another list takes subtasks along and detaches the task from its parent", () => {
  const tasks = mapOf(task("a"), task("b", "a"), task("c", "b"));
  applyChange(tasks, "b", { kind: "change", fields: { list_id: "work" }, title: "" });
  assert.deepEqual(["a", "b", "c"].map((id) => tasks.get(id).list_id), [null, "work", "work"]);
  assert.deepEqual([tasks.get("b").parent_id, tasks.get("c").parent_id], [null, "b"]);
});

test("another parent decides about the list", () => {
  const tasks = mapOf(task("a", null, { list_id: "work" }), task("b"), task("c", "b"));
  applyChange(tasks, "b", move({ parent_id: "a" }, {}));
  assert.deepEqual(["b", "c"].map((id) => tasks.get(id).list_id), ["work", "work"]);
  applyChange(tasks, "new", { kind: "add", fields: { title: "new", parent_id: "a" }, title: "" });
  assert.equal(tasks.get("new").list_id, "work");
});

test("a task moves before or behind a sibling, or to the end", () => {
  const tasks = mapOf(task("a"), task("b"), task("c"), task("x", "a"));
  applyChange(tasks, "c", move({}, { before: "b" }));
  assert.deepEqual(order(tasks), ["a", "c", "b"]);
  applyChange(tasks, "b", move({}, { before: "a" }));
  assert.deepEqual(order(tasks), ["b", "a", "c"]);
  applyChange(tasks, "b", move({}, { after: "a" }));
  assert.deepEqual(order(tasks), ["a", "b", "c"]);
  applyChange(tasks, "a", move({}, {}));
  assert.deepEqual(order(tasks), ["b", "c", "a"]);
  applyChange(tasks, "a", move({}, { after: null }));
  assert.deepEqual(order(tasks), ["a", "b", "c"]);
  applyChange(tasks, "a", move({}, {}));
  applyChange(tasks, "b", move({ parent_id: "a" }, { after: "x" }));
  assert.deepEqual([order(tasks), order(tasks, "a")], [["c", "a"], ["x", "b"]]);
});

test("many moves leave every task where it was put", () => {
  const tasks = mapOf(...Array.from({ length: 8 }, (_, index) => task(`${index}`, null, { position: `${index}V` })));
  let expected = order(tasks);
  for (let round = 0; round < 400; round += 1) {
    const id = expected[(round * 5) % 8];
    const others = expected.filter((other) => other !== id);
    const place = (round * 3) % 7;
    applyChange(tasks, id, move({}, round % 2 ? { before: others[place] } : { after: others[place] }));
    others.splice(place + (round % 2 ? 0 : 1), 0, id);
    expected = others;
    assert.deepEqual(order(tasks), expected);
  }
});

test("there is a position between any two, before the first and behind the last", () => {
  for (const [low, high] of [["", ""], ["", "1"], ["", "01"], ["a", "b"], ["a", "a1"], ["az", "b"], ["zz", ""], ["V", "V0V"]]) {
    const found = between(low, high);
    assert.ok(low < found && (high === "" || found < high), `${low} < ${found} < ${high}`);
  }
  assert.ok(between("V", "V") > "V", "equal ones, which clocks can make, do not hang");
});
