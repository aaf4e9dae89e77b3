// What was completed and when, from the local copy and from the server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeSince, completedSections } from "../../src/todo_http/web/static/data/completed.js";
import { NOW, shown, task, viewOf } from "./tasks.js";

const done = (id, at, more = {}) => task(id, { completed: true, completed_at: at, ...more });
const completion = (id, at, more = {}) => ({ id, task_id: "series", title: "Water", occurrence: "2026-11-21", completed_at: at, skipped: false, revision: 1, ...more });
const days = (view, since = "", older = []) => shown(completedSections(view, NOW, since, older));

test("tasks and occurrences are shown by the day of the user's zone, latest first", () => {
  const view = viewOf([done("a", "2026-11-21T23:30:00Z"), done("b", "2026-11-22T08:00:00Z"), task("series"), done("c", "2026-11-20T10:00:00Z")],
    { completions: [completion("o", "2026-11-21T10:00:00Z"), completion("s", "2026-11-21T11:00:00Z", { skipped: true })] });
  assert.deepEqual(days(view), ["Today · Sun 22 Nov: b a", "Yesterday · Sat 21 Nov: o", "Fri 20 Nov: c"]);
});

test("what the server has returned of the time before is added once", () => {
  const view = viewOf([done("a", "2026-11-21T10:00:00Z"), done("below", "2026-11-01T10:00:00Z")]);
  const older = [completion("below", "2026-11-01T10:00:00Z", { task_id: "below" }), completion("gone", "2026-11-01T09:00:00Z", { task_id: "gone" }), completion("a", "2026-11-21T10:00:00Z")];
  assert.deepEqual(days(view, "2026-11-20T00:00:00Z"), ["Yesterday · Sat 21 Nov: a"]);
  assert.deepEqual(days(view, "2026-11-20T00:00:00Z", older), ["Yesterday · Sat 21 Nov: a", "Sun 1 Nov: below gone"]);
});

test("a task that is gone keeps the title that it had", () => {
  const [{ rows: [{ task: shownTask, done: entry }] }] = completedSections(viewOf([]), NOW, "", [completion("x", "2026-11-01T09:00:00Z")]);
  assert.deepEqual([shownTask.title, shownTask.id, entry.id], ["Water", "series", "x"]);
});

test("the local copy is complete since the oldest of the kind that it has cut off last", () => {
  const tasks = [done("a", "2026-11-21T10:00:00Z"), done("b", "2026-11-20T10:00:00Z"), done("c", "2026-11-19T10:00:00Z")];
  assert.equal(completeSince(viewOf(tasks), 4), "");
  assert.equal(completeSince(viewOf(tasks), 2), "2026-11-20T10:00:00Z");
  assert.equal(completeSince(viewOf(tasks, { completions: [completion("o", "2026-11-22T01:00:00Z"), completion("p", "2026-11-21T01:00:00Z")] }), 2), "2026-11-21T01:00:00Z");
});
