// Recurrence: the rules that can be chosen, what they are sent as, and their next dates.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreview } from "../../src/todo_http/web/static/data/upcoming.js";
import { describeDate } from "../../src/todo_http/web/static/formatting/due-dates.js";
import {
  COMMON_RULES, firstDay, isCommon, modeOf, partsOf, recurrenceOf, ruleOf,
} from "../../src/todo_http/web/static/formatting/recurrence.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const BRITISH = { hour12: false, weekStart: 1 };
const RECURRENCE = { rule: "FREQ=WEEKLY", anchor: "schedule", catch_up: "all", start: "2026-11-13", text: "Every week on Friday" };
const TASK = { id: "1", title: "Rent", due_date: "2026-11-20", recurrence: RECURRENCE };

test("the menu knows rules in their canonical form", () => {
  assert.ok(["", "FREQ=DAILY", "FREQ=MONTHLY;SKIP=BACKWARD"].every(isCommon));
  assert.ok(!isCommon("FREQ=DAILY;INTERVAL=2"));
});

test("simple rules have a unit, an interval and days, others are only text", () => {
  const simple = {
    "FREQ=DAILY;INTERVAL=3": { unit: "DAILY", interval: 3, days: [] },
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR,SU": { unit: "WEEKLY", interval: 2, days: ["MO", "FR", "SU"] },
    "FREQ=YEARLY;INTERVAL=2;SKIP=BACKWARD": { unit: "YEARLY", interval: 2, days: [] },
  };
  for (const [rule, parts] of Object.entries(simple)) {
    assert.deepEqual(partsOf(rule), parts);
    assert.equal(ruleOf(parts), rule);
  }
  assert.equal(ruleOf({ unit: "WEEKLY", interval: 1, days: ["SU", "MO"] }), "FREQ=WEEKLY;BYDAY=MO,SU");
  assert.equal(ruleOf({ unit: "MONTHLY", interval: 1, days: ["MO"] }), "FREQ=MONTHLY;SKIP=BACKWARD", "the days are those of weeks");
  for (const rule of ["", "FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=DAILY;COUNT=3", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY;SKIP=OMIT", "FREQ=DAILY;BYDAY=MO"]) {
    assert.equal(partsOf(rule), null, rule);
  }
});

test("a rule begins on the first day that fits it", () => {
  const begins = (rule) => firstDay(rule, "2026-11-21"); // a Saturday
  assert.deepEqual(COMMON_RULES.slice(1).map(([rule]) => begins(rule)),
    ["2026-11-21", "2026-11-23", "2026-11-21", "2026-11-21", "2026-11-30", "2026-11-21"]);
  assert.equal(begins("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"), "2026-11-25");
});

test("a recurrence is sent with its rule and how the next date is found", () => {
  assert.deepEqual(["next", "all", "completion"].map((mode) => recurrenceOf("FREQ=DAILY", mode)), [
    { rule: "FREQ=DAILY", anchor: "schedule", catch_up: "next" },
    { rule: "FREQ=DAILY", anchor: "schedule", catch_up: "all" },
    { rule: "FREQ=DAILY", anchor: "completion" },
  ]);
  assert.equal(recurrenceOf("", "all"), null);
  assert.deepEqual([null, RECURRENCE, { rule: "FREQ=DAILY", anchor: "completion", catch_up: null }].map(modeOf), ["next", "all", "completion"]);
});

test("dates have weekdays, and a year when it is another one", () => {
  assert.equal(describeDate("2026-11-27", NOW, BRITISH), "Fri 27 Nov");
  assert.equal(describeDate("2027-01-01T09:30", NOW, BRITISH), "Fri 1 Jan 2027 09:30");
  assert.equal(describeDate("2026-11-27T23:30Z", NOW, BRITISH), "Sat 28 Nov 00:30");
  assert.equal(describeDate(null, NOW, BRITISH), "");
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
