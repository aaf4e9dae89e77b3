// What holds for every line of quick entry, whatever is in it.

import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { test } from "node:test";
import { parseEntry, understood } from "../../src/todo_http/web/static/entry/parser.js";
import { GERMAN } from "../../src/todo_http/web/static/entry/words-de.js";
import { ENGLISH } from "../../src/todo_http/web/static/entry/words-en.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const CONTEXT = {
  now: NOW, lists: [{ id: "1", name: "Home" }, { id: "2", name: "Garden party" }], tags: ["errand"], languages: ["de", "en"],
  dayFirst: true, weekStart: 1, literal: [],
};
const OTHERS = [
  "3", "15th", "24.", "24.12.", "24.12", "12/24", "1/2", "2026-12-24", "0000-00-00", "9999-12-31", "2027", "5pm", "17:30", "17.30", "99:99",
  "#Home", "#garden", "party", "#New", "#\"Two", "words\"", "@errand", "@x", "#", "@", "\"", "\"a", "b\"", "\u201ec\u201c", "Jo", "-", "...",
  "\u0130\u0316\u0301", "\u{1f600}", "\ud800", "\u05d7\u05dc\u05d1", "M\u00c4RZ", "So",
];
const VOCABULARY = [ENGLISH, GERMAN].flatMap((table) => Object.values(table).flatMap((text) => text.split(/[ |]/))).map((word) => word.replace("*", ""));
const ENDS = ["", "", "", "", ",", ".", "!", ":"];
const SPACES = [" ", " ", "  ", "\t"];

/** Numbers that look random and are the same each time. */
function createDice(seed) {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

function drawLine(roll) {
  const words = Array.from({ length: roll(14) }, () => {
    const all = roll(3) ? VOCABULARY : OTHERS;
    return all[roll(all.length)] + ENDS[roll(ENDS.length)] + SPACES[roll(SPACES.length)];
  });
  return words.join("");
}

const LINES = Array.from({ length: 1500 }, (_, seed) => drawLine(createDice(seed + 1)));
const lettersOf = (text) => text.replaceAll(/["\u201c-\u201e\s]/g, "");

test("spans are in order and within the line, and do not overlap", () => {
  for (const line of LINES) {
    let end = 0;
    for (const span of parseEntry(line, CONTEXT).spans) {
      assert.ok(span.start >= end && span.end > span.start && span.end <= line.length, line);
      assert.equal(span.text, line.slice(span.start, span.end));
      assert.ok(span.label, line);
      end = span.end;
    }
  }
});

test("everything is in the title or in a span, in the order of the line", () => {
  for (const line of LINES) {
    const { title, spans } = parseEntry(line, CONTEXT);
    let rest = line;
    for (const { start, end } of spans.toReversed()) rest = `${rest.slice(0, start)} ${rest.slice(end)}`;
    assert.equal(lettersOf(title), lettersOf(rest), line);
    assert.equal(title, title.trim().replaceAll(/\s+/g, " "));
  }
});

test("fields are set by spans, and can be told", () => {
  for (const line of LINES) {
    const entry = parseEntry(line, CONTEXT);
    const { priority, date, time, rule, list, list_id: id, tags } = entry.fields;
    const kinds = new Set(entry.spans.map(({ kind }) => kind));
    const isSet = { priority, date, time, repeat: rule, list: list ?? (id !== undefined || undefined), tag: tags[0] };
    for (const [kind, value] of Object.entries(isSet)) {
      assert.equal(value !== undefined, kinds.has(kind) || (kind === "date" && (kinds.has("time") || kinds.has("repeat"))), `${kind}: ${line}`);
    }
    assert.match(date ?? "2026-11-20", /^(19[7-9]\d|[2-9]\d{3})-\d\d-\d\d$/, line);
    assert.match(time ?? "12:00", /^([01]\d|2[0-3]):[0-5]\d$/, line);
    assert.equal(understood(entry, NOW, false) !== "", kinds.size > 0, line);
  }
});

test("a phrase that was taken back stays in the title, and nothing is left to take back in the end", () => {
  for (const line of LINES) {
    const literal = [];
    for (;;) {
      const { spans } = parseEntry(line, { ...CONTEXT, literal });
      if (!spans.length) break;
      assert.ok(!literal.includes(spans[0].text), line);
      literal.push(spans[0].text);
    }
    assert.equal(lettersOf(parseEntry(line, { ...CONTEXT, literal }).title), lettersOf(line));
  }
});

const HOSTILE = [
  "a", "a ", "monday ", "every ", "every monday, ", "on the ", "by from on ", "3 ", "3 dec ", "29 feb ", "fri 3 dec ", "monday and ", "9:00 to ",
  "in 3 ", "next ", "at ", "24.12. ", "17:30 am ", "every last day of the month ", "@errand ", "#garden ", "\"a ", "\"a\" ", "!", "e\u0301", "\u0316\u0301",
];

/** How many functions of the client are called to parse a line. */
async function countOf(session, line) {
  await session.post("Profiler.takePreciseCoverage"); // forgets what ran before
  parseEntry(line, CONTEXT);
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const functions = result.filter(({ url }) => url.includes("/web/static/")).flatMap((script) => script.functions);
  return functions.reduce((sum, { ranges }) => sum + ranges[0].count, 0);
}

test("a line that is twice as long takes twice the work", async () => {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true });
  for (const piece of HOSTILE) {
    const [shorter, longer] = [1000, 2000].map((length) => piece.repeat(length / piece.length));
    for (const line of [shorter, longer]) parseEntry(line, CONTEXT); // normal forms and tables are kept
    const [few, many] = [await countOf(session, shorter), await countOf(session, longer)];
    assert.ok(few > 0 && many < 2.2 * few + 50, `${piece}: ${few}, ${many}`);
    assert.ok(many < 100 * longer.length, `${piece}: ${many}`);
  }
  session.disconnect();
});
