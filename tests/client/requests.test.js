// Unsent changes as requests, and whether they still fit; what is shown of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyCopy } from "../../src/todo_http/web/static/data/copy.js";
import { applyLocally, createOverlay } from "../../src/todo_http/web/static/data/overlay.js";
import { childrenOf } from "../../src/todo_http/web/static/data/task-tree.js";
import { fitOf, rebased, sealed } from "../../src/todo_http/web/static/data/requests.js";

const task = (id, more = {}) => ({ id, title: id, completed: false, completed_at: null, list_id: null, parent_id: null, position: id, tags: [], due_date: null, recurrence: null, revision: 4, ...more });
const change = (kind, id, fields = {}, more = {}) => ({ entity: "task", kind, id, title: id, fields, ...more });
function copyOf(...tasks) {
  const copy = emptyCopy();
  tasks.forEach((each) => copy.task.set(each.id, each));
  return copy;
}
const seal = (...changes) => sealed("ada", changes, copyOf(task("a"), task("b")));

test("each kind of change is one request", () => {
  assert.deepEqual(seal(change("add", "n", { title: "New" })), { method: "POST", path: "/api/ada/tasks", body: '{"id":"n","title":"New"}' });
  assert.deepEqual(seal(change("change", "a", { title: "A" })), { method: "PATCH", path: "/api/ada/tasks/a", body: '{"title":"A"}', ifMatch: '"4"' });
  assert.deepEqual(seal(change("complete", "a", { completed: true })), { method: "PATCH", path: "/api/ada/tasks/a/complete", body: '{"completed":true}', ifMatch: "*" });
  assert.deepEqual(seal(change("complete", "a", { completed: true }, { occurrence: "2026-01-01" })).ifMatch, '"4"', "exactly one occurrence");
  assert.deepEqual(seal(change("skip", "a", {}, { occurrence: "2026-01-01" })), { method: "POST", path: "/api/ada/tasks/a/skip", body: undefined, ifMatch: '"4"' });
  assert.deepEqual(seal(change("move", "a", {}, { anchor: { before: "b" } })), { method: "POST", path: "/api/ada/tasks/a/move", body: '{"before":"b"}', ifMatch: "*" });
  assert.deepEqual(seal(change("remove", "a")), { method: "DELETE", path: "/api/ada/tasks/a", body: undefined, ifMatch: "*" });
  assert.deepEqual(seal({ ...change("remove", "l", { tasks: "inbox" }), entity: "list" }).path, "/api/ada/lists/l?tasks=inbox");
  assert.deepEqual(seal(change("undo", "a", {}, { set: 9 })), { method: "POST", path: "/api/ada/changes/9/undo" });
});

test("several changes are one batch", () => {
  const { path, body } = seal(change("add", "n", { title: "N" }), change("change", "a", { title: "A" }), change("remove", "b"), change("move", "a", {}, { anchor: { after: null } }));
  assert.equal(path, "/api/ada/batch");
  assert.deepEqual(JSON.parse(body).operations, [
    { op: "add", task: { id: "n", title: "N" } },
    { op: "change", id: "a", if_match: '"4"', task: { title: "A" } },
    { op: "remove", id: "b", if_match: "*", entity: "task" },
    { op: "move", id: "a", if_match: "*", task: { after: null } },
  ]);
});

test("changes of different fields fit, those of the same field to other values conflict", () => {
  const edit = change("change", "a", { title: "mine" }, { base: { title: "a" } });
  assert.equal(fitOf(edit, task("a", { priority: "high" })), "fits");
  assert.equal(fitOf(edit, task("a", { title: "theirs" })), "conflict");
  assert.equal(fitOf(edit, task("a", { title: "mine" })), "done");
  assert.equal(fitOf(edit, undefined), "fits", "the server decides about what is not known here");
});

test("what overwrites nothing always fits", () => {
  for (const kind of ["add", "move", "remove", "complete"]) assert.equal(fitOf(change(kind, "a", { completed: true }), task("a", { title: "theirs" })), "fits");
});

test("a completed occurrence that is not the current one any more is outdated", () => {
  const tick = change("complete", "a", { completed: true }, { occurrence: "2026-01-01" });
  assert.equal(fitOf(tick, task("a", { due_date: "2026-01-01" })), "fits");
  assert.equal(fitOf(tick, task("a", { due_date: "2026-01-02" })), "outdated");
});

test("recurrences are compared by what a user may set", () => {
  const server = { rule: "FREQ=DAILY", anchor: "schedule", catch_up: "next", start: "2026-01-01", text: "Every day" };
  const edit = change("change", "a", { recurrence: { rule: "FREQ=DAILY" } }, { base: { recurrence: null } });
  assert.equal(fitOf(edit, task("a", { recurrence: server })), "done");
  assert.equal(fitOf(edit, task("a", { recurrence: { ...server, anchor: "completion", catch_up: null } })), "conflict");
});

test("what the server made of an earlier change of this device is no conflict", () => {
  const first = change("change", "a", { title: "A " }, { base: { title: "a" } });
  const second = change("change", "a", { title: "B" }, { base: { title: "A " } });
  const saved = task("a", { title: "A", revision: 5 });
  assert.equal(fitOf(second, saved), "conflict");
  assert.equal(fitOf(rebased(second, first, saved), saved), "fits");
  const tick = change("complete", "a", { completed: true }, { occurrence: "2026-01-01" });
});

test("an occurrence follows what this device has done, not what others have", () => {
  const next = task("a", { due_date: "2026-01-02" });
  const tick = change("complete", "a", { completed: true }, { occurrence: "2026-01-01" });
  const skip = change("skip", "a", {}, { occurrence: "2026-01-01" });
  const reschedule = change("change", "a", { due_date: "2026-01-01" });
  for (const saved of [skip, reschedule]) assert.equal(rebased(tick, saved, next).occurrence, "2026-01-02");
  for (const saved of [tick, change("change", "a", { title: "A" })]) assert.equal(rebased(tick, saved, next).occurrence, "2026-01-01");
});

test("unsent changes are shown, and an undo shows what was before", () => {
  const overlay = createOverlay();
  const copy = copyOf(task("a"), task("b", { parent_id: "a" }));
  const remove = { id: "1", changes: [change("remove", "a")], sent: null };
  const undo = { id: "2", changes: [change("undo", "a", {}, { restores: Array.from(copy.task.values(), (value) => ({ entity: "task", id: value.id, value })) })], sent: null };
  assert.equal(overlay(copy, 1, [remove]).tasks.size, 0);
  const view = overlay(copy, 1, [remove, undo]);
  assert.deepEqual(Array.from(view.tasks.keys()), ["a", "b"]);
  assert.deepEqual(Array.from(view.waiting).sort(), ["a", "b"]);
  assert.equal(copy.task.size, 2, "the copy itself is not touched");
});

test("what is shown is the same whether requests came one by one or at once", () => {
  let state = 42;
  const random = (below) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
  for (let round = 0; round < 50; round += 1) {
    const copy = copyOf(...Array.from({ length: 6 }, (_, index) => task(`t${index}`, index ? { parent_id: random(2) ? `t${random(index)}` : null } : {})));
    copy.list.set("l", { id: "l", name: "l", position: "V", revision: 1 });
    const overlay = createOverlay();
    const requests = [];
    for (let step = 0; step < 12; step += 1) {
      const id = `t${random(8)}`;
      const before = { entity: "task", id, value: task(id, { parent_id: `t${random(6)}`, revision: 1 }) };
      const kinds = [change("change", id, { parent_id: `t${random(8)}` }), change("undo", id, {}, { restores: [before] }),
        change("change", id, { title: `x${step}` }), change("complete", id, { completed: random(2) > 0 }), change("remove", id), change("change", id, { list_id: "l" }),
        change("add", `t${random(8)}`, { title: "n", list_id: null, parent_id: null }), change("move", id, {}, { anchor: {} }), { ...change("remove", "l", { tasks: "inbox" }), entity: "list" }];
      requests.push({ id: String(step), changes: [kinds[random(kinds.length)]], sent: null });
      if (random(4) === 0) requests.splice(random(requests.length), 1);
      const plain = (view) => JSON.stringify([Array.from(view.tasks), Array.from(view.lists), Array.from(view.waiting).sort()]).replace(/"\d{4}-[^"]*Z"/g, "0");
      assert.equal(plain(overlay(copy, 1, Array.from(requests))), plain(createOverlay()(copy, 1, requests)));
    }
  }
});

test("subtasks are found the same way with and without an index of them", () => {
  const tasks = Array.from({ length: 6 }, (_, index) => task(`t${index}`, { parent_id: index ? `t${index - 1}` : null }));
  const changes = [change("change", "t3", { parent_id: "t1" }), change("move", "t2", { parent_id: null }, { anchor: {} }), change("add", "n", { title: "n", parent_id: "t5" }),
    change("undo", "t4", {}, { restores: [{ entity: "task", id: "t4", value: task("t4", { parent_id: "t2" }) }] }), change("complete", "t3", { completed: true }),
    change("complete", "t2", { completed: true }), change("remove", "t4")];
  const [plain, indexed] = [copyOf(...tasks), copyOf(...tasks)];
  const affected = changes.map((each) => applyLocally(plain, [each]).sort());
  const children = childrenOf(indexed.task.values());
  assert.deepEqual(changes.map((each) => applyLocally(indexed, [each], children).sort()), affected);
  assert.deepEqual(affected.slice(4), [["t3"], ["n", "t2", "t4", "t5"].sort(), ["n", "t4", "t5"]]);
});

test("a list is added last, moved, and takes its tasks along when it is deleted", () => {
  const copy = copyOf(task("a", { list_id: "l" }));
  const list = (kind, id, fields, more) => ({ entity: "list", kind, id, title: id, fields, ...more });
  applyLocally(copy, [list("add", "l", { name: "L" }), list("add", "m", { name: "M" }), list("move", "m", {}, { anchor: { before: "l" } })]);
  const positions = Object.fromEntries(Array.from(copy.list.values(), ({ id, position }) => [id, position]));
  assert.ok(positions.m < positions.l);
  assert.deepEqual(applyLocally(copy, [list("remove", "l", { tasks: "trash" })]), ["l", "a"]);
  assert.equal(copy.task.size, 0);
});
