// Moves of rows by keys and by dragging.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dropOf, endOf, stepOf } from "../../src/todo_http/web/static/data/task-moves.js";

const row = (id, parent = null, level = 1) => ({ key: id, level, waiting: false, task: { id, parent_id: parent } });
const ROWS = [row("a"), row("b", "a", 2), row("c", "b", 3), row("d", "a", 2), row("e"), row("f")];
const of = (id) => ROWS.find(({ key }) => key === id);
const step = (id, direction) => stepOf(ROWS, of(id), direction);
const drop = (id, target, below) => dropOf(ROWS, of(id), of(target), below);

test("up and down are before and behind the next sibling, past its subtasks", () => {
  assert.deepEqual(step("e", "up"), { fields: {}, anchor: { before: "a" } });
  assert.deepEqual(step("a", "down"), { fields: {}, anchor: { after: "e" } });
  assert.deepEqual(step("d", "up"), { fields: {}, anchor: { before: "b" } });
});

test("at the ends there is no step", () => {
  assert.deepEqual([step("a", "up"), step("f", "down"), step("b", "up"), step("c", "down")], [null, null, null, null]);
  assert.deepEqual([step("a", "in"), step("b", "in"), step("a", "out")], [null, null, null]);
});

test("in is below the sibling before, out is behind the parent", () => {
  assert.deepEqual(step("e", "in"), { fields: { parent_id: "a" }, anchor: {} });
  assert.deepEqual(step("c", "out"), { fields: { parent_id: "a" }, anchor: { after: "b" } });
  assert.deepEqual(step("d", "out"), { fields: { parent_id: null }, anchor: { after: "a" } });
});

test("a dropped row becomes a sibling of the one it is dropped on", () => {
  assert.deepEqual(drop("f", "a", false), { fields: {}, anchor: { before: "a" } });
  assert.deepEqual(drop("f", "c", true), { fields: { parent_id: "b" }, anchor: { after: "c" } });
  assert.deepEqual(drop("d", "e", true), { fields: { parent_id: null }, anchor: { after: "e" } });
});

test("a row is not dropped on itself or on its subtasks", () => {
  assert.deepEqual([drop("a", "a", true), drop("a", "b", true), drop("a", "c", false)], [null, null, null]);
});

test("the tree of a row ends with its last subtask", () => {
  assert.deepEqual(["a", "b", "d", "e", "f"].map((id) => endOf(ROWS, of(id)).key), ["d", "c", "d", "e", "f"]);
});
