// What the date popover changes: only what was entered, in the kind and zone of the due date.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_DATE, rescheduled, scheduleChanges, scheduleOf } from "../../src/todo_http/web/static/formatting/schedule.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const NEW_YORK = "2026-11-20T10:00:00-05:00[America/New_York]";
const WEEKLY = { rule: "FREQ=WEEKLY", anchor: "schedule", catch_up: "next", start: "2026-11-13", text: "Every week on Friday" };

const scheduled = (due, entered, recurrence = null) => rescheduled({ due_date: due, recurrence }, entered, NOW);

test("nothing changes if nothing was entered", () => {
  for (const due of [null, "2026-11-20", "2026-11-20T15:00:00", NEW_YORK, "2026-11-20T15:00:00Z"]) {
    const schedule = scheduleOf(due, WEEKLY, "Europe/Berlin");
    assert.deepEqual(scheduleChanges(schedule, { ...schedule }, "Europe/Berlin"), due ? {} : { recurrence: null }, String(due));
  }
});

test("another day leaves kind, time and zone as they were", () => {
  const entered = { date: "2026-11-24" };
  const dates = [null, "2026-11-20", "2026-11-20T15:00", NEW_YORK, "2026-11-20T15:00:00Z"].map((due) => scheduled(due, entered).due_date);
  assert.deepEqual(dates, ["2026-11-24", "2026-11-24", "2026-11-24T15:00", "2026-11-24T10:00:00-05:00[America/New_York]", "2026-11-24T15:00:00Z"]);
});

test("a time that is fixed elsewhere is shown and entered on the clock of the user", () => {
  assert.deepEqual(scheduleOf(NEW_YORK, null, "Europe/Berlin"),
    { date: "2026-11-20", time: "16:00", basis: "America/New_York", fixed: "America/New_York", rule: "", mode: "next" });
  assert.equal(scheduled(NEW_YORK, { time: "03:00" }).due_date, "2026-11-19T21:00:00-05:00[America/New_York]");
  assert.equal(scheduled(NEW_YORK, { basis: "floating" }).due_date, "2026-11-20T16:00");
  assert.equal(scheduled(NEW_YORK, { basis: "Europe/Berlin" }).due_date, "2026-11-20T16:00:00+01:00[Europe/Berlin]");
  assert.deepEqual(scheduled("2026-11-20T15:00", { basis: "Europe/Berlin" }), {}, "no time becomes fixed that was not");
});

test("a time or a rule alone gets the first date on which it can be", () => {
  assert.deepEqual(["12:00", "12:01"].map((time) => scheduled(null, { time }).due_date), ["2026-11-21T12:00", "2026-11-20T12:01"]);
  const weekends = { rule: "FREQ=WEEKLY;BYDAY=SA,SU" };
  assert.deepEqual(scheduled(null, weekends), { due_date: "2026-11-21", recurrence: { ...weekends, anchor: "schedule", catch_up: "next" } });
  assert.equal(scheduled("2026-11-23", weekends).due_date, undefined, "a date that was there stays");
});

test("a rule is sent only if it or the way to the next date was changed, and goes with the date", () => {
  assert.deepEqual(scheduled("2026-11-20", { date: "2026-11-21" }, WEEKLY), { due_date: "2026-11-21" });
  assert.deepEqual(scheduled("2026-11-20", { mode: "completion" }, WEEKLY), { recurrence: { rule: "FREQ=WEEKLY", anchor: "completion" } });
  assert.deepEqual(scheduled("2026-11-20", { mode: "completion" }), {});
  assert.deepEqual(scheduled("2026-11-20", { rule: "" }, WEEKLY), { recurrence: null });
  assert.deepEqual(scheduled("2026-11-20", NO_DATE, WEEKLY), { due_date: null, recurrence: null });
});
