// Tasks typed in one line, and the names of devices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceName } from "../../src/todo_http/web/static/formatting/devices.js";
import { formValues, parseEntry } from "../../src/todo_http/web/static/formatting/quick-entry.js";

const NOW = { zone: "UTC", instant: 0, date: "2026-11-20", time: "12:00" }; // a Friday

const parse = (line, ...literal) => {
  const { title, tokens } = parseEntry(line, NOW, new Set(literal));
  const { tags, ...values } = formValues(tokens, NOW);
  return { title, ...values, ...(tags.length && { tags }) };
};

test("priority, date and time are taken out of the title", () => {
  const expected = { title: "Call the bank", priority: "high", date: "2026-11-21", time: "17:00" };
  assert.deepEqual(parse("Call the bank !high tomorrow 17:00"), expected);
  assert.deepEqual(parse("5pm !1 Call TOMORROW the bank"), expected);
});

test("of several words of one kind the last one counts", () => {
  assert.deepEqual(parse("today or tomorrow !1 !3"), { title: "today or !1", priority: "low", date: "2026-11-21", time: "" });
});

test("literal words stay in the title", () => {
  assert.deepEqual(parse("Read Tomorrow", "tomorrow"), { title: "Read Tomorrow", priority: null, date: "", time: "" });
});

test("days of the week are the next ones", () => {
  assert.deepEqual(["fri", "saturday", "Thu"].map((day) => parse(`x ${day}`).date), ["2026-11-27", "2026-11-21", "2026-11-26"]);
});

test("a time without a date is the next such time", () => {
  assert.deepEqual(["13:00", "11:00", "12am", "12pm"].map((time) => parse(`x ${time}`).date),
    ["2026-11-20", "2026-11-21", "2026-11-21", "2026-11-21"]);
  assert.deepEqual(["12am", "12pm", "at9:05"].map((time) => parse(`x ${time}`).time), ["00:00", "12:00", "09:05"]);
});

test("dates that the calendar does not have stay in the title", () => {
  assert.equal(parse("x 2026-02-29").title, "x 2026-02-29");
  assert.equal(parse("x 2026-13-01").title, "x 2026-13-01");
  assert.equal(parse("x 2028-02-29").date, "2028-02-29");
});

test("tokens are labelled", () => {
  const { tokens } = parseEntry("x !2 mon 9:00", NOW);
  assert.deepEqual(tokens.map(({ label }) => label), ["Medium priority", "Monday, 23 Nov", "09:00"]);
});

test("devices are named after browser and system", () => {
  assert.equal(deviceName("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/121"), "Firefox on Linux");
  assert.equal(deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"), "Edge on Windows");
  assert.equal(deviceName("curl/8"), "curl/8");
  assert.equal(deviceName(null), "Unknown device");
});

test("words behind a number sign are tags, each of them once, unless they begin with a digit", () => {
  assert.deepEqual(parse("Paint #home the #garden fence #HOME #12 # a#b"), {
    title: "Paint #home the fence #12 # a#b", priority: null, date: "", time: "", tags: ["HOME", "garden"],
  });
  assert.deepEqual(parse("#a #caf\u00e9 x", "#a").tags, ["caf\u00e9"]);
  assert.equal(parse(`x #${"a".repeat(65)}`).tags, undefined);
});
