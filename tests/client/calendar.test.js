// The date popover: the days and keys of its calendar, times as they are typed, and what it changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, dayAfterKey, namedDays, weeksOf } from "../../src/todo_http/web/static/formatting/calendar.js";
import { NO_DATE, rescheduled, scheduleChanges, scheduleOf } from "../../src/todo_http/web/static/formatting/schedule.js";
import { parseTime } from "../../src/todo_http/web/static/formatting/time-input.js";

const SUNDAY = 0;
const MONDAY = 1;
const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const NEW_YORK = "2026-11-20T10:00:00-05:00[America/New_York]";
const WEEKLY = { rule: "FREQ=WEEKLY", anchor: "schedule", catch_up: "next", start: "2026-11-13", text: "Every week on Friday" };

const scheduled = (due, entered, recurrence = null) => rescheduled({ due_date: due, recurrence }, entered, NOW);

test("a month is six whole weeks that begin with the first day of the week", () => {
  const weeks = weeksOf("2026-11-20", MONDAY);
  assert.deepEqual(weeks.map(({ length }) => length), [7, 7, 7, 7, 7, 7]);
  assert.deepEqual([weeks[0][0], weeks[0][6], weeks[5][6]], ["2026-10-26", "2026-11-01", "2026-12-06"]);
  assert.equal(weeksOf("2026-11-20", SUNDAY)[0][0], "2026-11-01", "a Sunday");
});

test("keys move by days, weeks, months and years", () => {
  const day = (key, weekStart = MONDAY, shiftKey = false) => dayAfterKey("2026-11-20", { key, shiftKey }, weekStart);
  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => day(key)),
    ["2026-11-19", "2026-11-21", "2026-11-13", "2026-11-27"]);
  assert.deepEqual([day("Home"), day("End")], ["2026-11-16", "2026-11-22"]);
  assert.deepEqual([day("Home", SUNDAY), day("End", SUNDAY)], ["2026-11-15", "2026-11-21"]);
  assert.deepEqual([day("PageUp"), day("PageDown")], ["2026-10-20", "2026-12-20"]);
  assert.deepEqual([day("PageUp", MONDAY, true), day("PageDown", MONDAY, true)], ["2025-11-20", "2027-11-20"]);
  assert.equal(day("a"), null);
});

test("no key leads to a day that a due date cannot have", () => {
  assert.equal(dayAfterKey("1970-01-01", { key: "ArrowLeft", shiftKey: false }, MONDAY), "1970-01-01");
  assert.equal(dayAfterKey("9999-12-31", { key: "ArrowRight", shiftKey: false }, MONDAY), "9999-12-31");
  assert.equal(dayAfterKey("9999-06-30", { key: "PageDown", shiftKey: true }, MONDAY), "9999-12-31");
});

test("a month later is the last day of a shorter month", () => {
  assert.equal(addMonths("2027-01-31", 1), "2027-02-28");
  assert.equal(addMonths("2027-03-31", -1), "2027-02-28");
  assert.equal(addMonths("2026-12-15", 1), "2027-01-15");
  assert.equal(addMonths("2028-02-29", 12), "2029-02-28");
});

test("some days are offered by name", () => {
  const [FRIDAY, ON_SATURDAY, ON_SUNDAY, ON_MONDAY] = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"].map((date) => namedDays(date));
  assert.deepEqual(FRIDAY, [["Today", "2026-11-20"], ["Tomorrow", "2026-11-21"], ["This weekend", "2026-11-21"], ["Next week", "2026-11-23"]]);
  assert.deepEqual([ON_SATURDAY[2], ON_SUNDAY[2], ON_MONDAY[2]],
    [["Next weekend", "2026-11-28"], ["Next weekend", "2026-11-28"], ["This weekend", "2026-11-28"]]);
  assert.deepEqual([ON_SATURDAY[3], ON_SUNDAY[3], ON_MONDAY[3]].map(([, date]) => date), ["2026-11-23", "2026-11-23", "2026-11-30"]);
});

test("times are understood as they are typed", () => {
  const times = {
    "17:00": "17:00", "9:05": "09:05", "17.30": "17:30", "17h30": "17:30", "1730": "17:30", "930": "09:30", "17": "17:00", "17 Uhr": "17:00",
    "5pm": "17:00", "5 PM": "17:00", "5:30p.m.": "17:30", "12am": "00:00", "12 pm": "12:00", "7a": "07:00", " noon ": "12:00", "midnight": "00:00", "0:00": "00:00",
  };
  for (const [typed, time] of Object.entries(times)) assert.equal(parseTime(typed), time, typed);
  for (const typed of ["", "soon", "24:00", "12:60", "13pm", "0am", "17:0", "17:000", "5 xm"]) assert.equal(parseTime(typed), null, typed);
});

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
