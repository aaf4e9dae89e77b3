// The calendar of the date popover: its days, its keys, and times as they are typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, dayAfterKey, namedDays, weeksOf } from "../../src/todo_http/web/static/formatting/calendar.js";
import { parseTime } from "../../src/todo_http/web/static/formatting/time-input.js";

const SUNDAY = 0;
const MONDAY = 1;

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
