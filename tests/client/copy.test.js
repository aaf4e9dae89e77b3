// The local copy: changes of the feed, what is not kept, and server-sent events in pieces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { applyChanges, emptyCopy, trim } from "../../src/todo_http/web/static/data/copy.js";
import { createEventParser } from "../../src/todo_http/web/static/data/event-stream.js";

const task = (id, more = {}) => ({ id, title: id, completed: false, completed_at: null, parent_id: null, revision: 1, ...more });
const change = (seq, id, value) => ({ seq, set: seq, entity: "task", id, value: value && { ...value, revision: seq } });
const titles = (copy) => Array.from(copy.task.values(), ({ title }) => title);

test("changes are applied in order, and once", () => {
  const copy = emptyCopy();
  const changes = [change(1, "a", task("a")), change(2, "a", task("a", { title: "A" })), change(3, "b", task("b"))];
  assert.equal(applyChanges(copy, changes).length, 3);
  assert.deepEqual(titles(copy), ["A", "b"]);
  assert.deepEqual(applyChanges(copy, changes), []);
});

test("what is older than the copy is skipped", () => {
  const copy = emptyCopy();
  applyChanges(copy, [change(7, "a", task("a", { title: "new" }))]);
  applyChanges(copy, [change(5, "a", task("a", { title: "old" })), change(6, "a", null)]);
  assert.deepEqual(titles(copy), ["new"]);
});

test("what was read before a deletion does not bring a thing back, its restoration does", () => {
  const copy = emptyCopy();
  const deleted = new Map();
  applyChanges(copy, [change(5, "a", task("a")), change(6, "a", null)], deleted);
  assert.deepEqual(applyChanges(copy, [change(5, "a", task("a"))], deleted), []);
  applyChanges(copy, [change(7, "a", task("a"))], deleted);
  assert.deepEqual(titles(copy), ["a"]);
});

test("a deletion removes a thing, whatever it was", () => {
  const copy = emptyCopy();
  applyChanges(copy, [change(1, "a", task("a")), change(2, "a", null), { seq: 3, set: 3, entity: "list", id: "l", value: { id: "l", revision: 3 } }]);
  assert.deepEqual([copy.task.size, copy.list.size], [0, 1]);
});

test("entities that this version does not know are left out", () => {
  assert.deepEqual(applyChanges(emptyCopy(), [{ seq: 1, set: 1, entity: "comment", id: "c", value: { id: "c" } }]), []);
});

test("open tasks are kept, and of the completed ones the latest and those below an open one", () => {
  const copy = emptyCopy();
  const at = (minute) => new Date(minute * 60_000).toISOString();
  const things = [task("open"), task("below", { completed: true, completed_at: at(0), parent_id: "open" }), task("under it", { completed: true, completed_at: at(1), parent_id: "below" })];
  for (let minute = 2; minute < 602; minute += 1) things.push(task(`t${minute}`, { completed: true, completed_at: at(minute) }));
  things.forEach((thing) => copy.task.set(thing.id, thing));
  const removed = trim(copy);
  assert.equal(removed.length, 100);
  assert.deepEqual([removed.at(-1).id, copy.task.has("t101"), copy.task.has("t102")], ["t2", false, true]);
  assert.ok(["open", "below", "under it"].every((id) => copy.task.has(id)));
});

const STREAM = 'retry: 3412\nid: e-41\n\n: still here\n\nid: e-42\nevent: task_refresh\ndata: {"seq":42,\ndata: "x":"é"}\n\nevent: end\ndata: {}\n\n';

test("events are the same however the stream is cut", () => {
  const expected = [{ type: "task_refresh", data: '{"seq":42,"x":"é"}', id: "e-42" }, { type: "end", data: "{}", id: "e-42" }];
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parser = createEventParser();
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual([found, parser.id(), parser.retry()], [expected, "e-42", 3412], `pieces of ${size}`);
  }
});
