// Recurring tasks: which rules the menu knows, and what their unsent changes show and send.

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDate } from "../../src/todo_http/web/static/formatting/due-dates.js";
import { isCommon, withRule } from "../../src/todo_http/web/static/formatting/recurrence.js";
import { rebase } from "../../src/todo_http/web/static/tasks/rebase.js";
import { EMPTY, reduce, rowsOf } from "../../src/todo_http/web/static/tasks/task-state.js";
import { createPreview } from "../../src/todo_http/web/static/tasks/upcoming.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const BRITISH = { hour12: false, weekStart: 1 };
const RECURRENCE = { rule: "FREQ=WEEKLY", anchor: "schedule", catch_up: "all", start: "2026-11-13", text: "Every week on Friday" };
const TASK = {
  id: "1", title: "Rent", completed: false, due_date: "2026-11-20", recurrence: RECURRENCE, list_id: null, parent_id: null,
  position: "V", tags: [], revision: 5,
};
const QUERY = { status: "pending", sort: "-created_at" };

function stateWith(...tasks) {
  return reduce({ ...EMPTY, query: QUERY }, { type: "loaded", tasks, next: null, etag: null, more: false });
}

function completing(completed, more = {}) {
  const change = { kind: "complete", fields: { completed }, title: "Rent", occurrence: "2026-11-20" };
  return { id: "r", resource: "1", method: "PATCH", path: "/1/complete", ifMatch: '"5"', sent: false, change, ...more };
}

test("the menu knows rules in their canonical form", () => {
  assert.ok(["", "FREQ=DAILY", "FREQ=MONTHLY;SKIP=BACKWARD"].every(isCommon));
  assert.ok(!isCommon("FREQ=DAILY;INTERVAL=2"));
});

test("another rule leaves the rest of the recurrence as it was", () => {
  assert.deepEqual(withRule(null, "FREQ=DAILY"), { rule: "FREQ=DAILY" });
  assert.deepEqual(withRule(RECURRENCE, "FREQ=DAILY"), { rule: "FREQ=DAILY", anchor: "schedule", catch_up: "all" });
  assert.deepEqual(withRule({ ...RECURRENCE, anchor: "completion", catch_up: null }, "FREQ=DAILY"), { rule: "FREQ=DAILY", anchor: "completion" });
});

test("dates have weekdays, and a year when it is another one", () => {
  assert.equal(describeDate("2026-11-27", NOW, BRITISH), "Fri 27 Nov");
  assert.equal(describeDate("2027-01-01T09:30", NOW, BRITISH), "Fri 1 Jan 2027 09:30");
  assert.equal(describeDate("2026-11-27T23:30Z", NOW, BRITISH), "Sat 28 Nov 00:30");
  assert.equal(describeDate(null, NOW, BRITISH), "");
});

test("a recurring task that is being completed stays in the list until the next date is known, and its subtasks stay open", () => {
  const state = stateWith(TASK, { ...TASK, id: "2", recurrence: null, parent_id: "1" });
  const rows = rowsOf(state, [completing(true)], NOW);
  assert.deepEqual(rows.map(({ task, waiting }) => [task.id, task.completed, waiting]), [["1", true, true], ["2", false, false]]);
  const saved = reduce(state, { type: "saved", id: "1", change: completing(true).change, task: { ...TASK, due_date: "2026-11-27", revision: 7 } });
  assert.deepEqual(rowsOf(saved, [], NOW).map(({ task }) => [task.id, task.completed, task.due_date]),
    [["1", false, "2026-11-27"], ["2", false, "2026-11-20"]]);
});

test("a request behind a completion is about the next date", () => {
  const behind = rebase(completing(false), "1", { ...TASK, due_date: "2026-11-27", revision: 7 });
  assert.equal(behind.ifMatch, '"7"');
  assert.equal(behind.change.occurrence, "2026-11-27");
  const edit = { ...completing(true), change: { kind: "change", fields: { title: "x" }, title: "Rent" } };
  assert.equal(rebase(edit, "1", { ...TASK, revision: 7 }).change.occurrence, undefined);
});

test("the dates of a saved rule are those of its series, others are asked for with the due date as start", async () => {
  const asked = [];
  const send = async (method, path, { body }) => {
    asked.push([method, path, body]);
    const dates = ["2026-11-20", "2026-11-27"];
    return { body: method === "GET" ? dates : { text: "Every day", occurrences: dates } };
  };
  const preview = createPreview("me", send);
  assert.deepEqual(await preview(TASK, RECURRENCE, TASK.due_date), { text: "Every week on Friday", dates: ["2026-11-27"] });
  assert.deepEqual(await preview(TASK, { rule: "FREQ=DAILY" }, TASK.due_date), { text: "Every day", dates: ["2026-11-27"] });
  assert.deepEqual(asked, [
    ["GET", "/api/me/tasks/1/occurrences?limit=6", undefined],
    ["POST", "/api/me/recurrence/preview", { rule: "FREQ=DAILY", due_date: "2026-11-20", limit: 6 }],
  ]);
});
