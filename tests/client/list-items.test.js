// The lines of a list, what is folded away, and which row comes next.

import assert from "node:assert/strict";
import { test } from "node:test";
import { itemsOf, neighbourOf, nextRow, range, withLeaving } from "../../src/todo_http/web/static/data/list-items.js";
import { task } from "./tasks.js";

/** Rows from text: a dash for each task above. */
const rowsOf = (text) => text.split(" ").map((word) => {
  const id = word.replace(/^-+/, "");
  return { key: id, task: task(id), waiting: false, level: word.length - id.length + 1 };
});
const section = (title, text, more = {}) => ({ key: title, title, tone: "", day: "", rows: rowsOf(text), folded: false, reschedules: false, ...more });
const listOf = (sections, ...toggled) => itemsOf(sections, new Set(toggled), "inbox:");
const keys = ({ items }) => items.map(({ key }) => key).join(" ");

test("a section with a title has a heading before its rows", () => {
  assert.equal(keys(listOf([section("", "a b"), section("Later", "c")])), "a b #Later c");
});

test("a folded task hides what is below it, and a folded section its rows", () => {
  const sections = [section("", "a -b --c -d e"), section("Later", "f")];
  assert.equal(keys(listOf(sections, "b")), "a b d e #Later f");
  assert.equal(keys(listOf(sections, "a", "inbox:Later")), "a e #Later");
  assert.equal(keys(listOf(sections, "e", "today:Later")), "a b c d e #Later f");
});

test("a section that is folded by itself is unfolded by the user", () => {
  assert.equal(keys(listOf([section("Late", "a", { folded: true })])), "#Late");
  assert.equal(keys(listOf([section("Late", "a", { folded: true })], "inbox:Late")), "#Late a");
});

test("a row knows its place and whether there is something to fold", () => {
  const { items } = listOf([section("", "a -b c")]);
  assert.deepEqual(items.map(({ place, isParent }) => [place, isParent]), [[1, true], [2, false], [3, false]]);
});

test("the next row that is left takes the place of one that is gone, else the last before it", () => {
  const before = listOf([section("", "a b c")]);
  assert.equal(neighbourOf(before, listOf([section("", "a c")]), "b"), "c");
  assert.equal(neighbourOf(before, listOf([section("", "a b")]), "c"), "b");
  assert.equal(neighbourOf(before, listOf([]), "b"), "");
  assert.equal(neighbourOf(listOf([section("One", "a"), section("Two", "b")]), listOf([section("Two", "b")]), "a"), "b");
});

test("headings are passed over from row to row", () => {
  const { items } = listOf([section("One", "a"), section("Two", "b")]);
  assert.deepEqual([nextRow(items, 1, 1), nextRow(items, 3, -1), nextRow(items, 3, 1), nextRow(items, -1, 1), nextRow(items, items.length, -1)], ["b", "a", "", "a", "b"]);
});

test("a range has the tasks between two rows in either direction", () => {
  const { items, index } = listOf([section("One", "a b"), section("Two", "c d")]);
  assert.deepEqual(range(items, index.get("b"), index.get("c")), ["b", "c"]);
  assert.deepEqual(range(items, index.get("d"), index.get("b")), ["b", "c", "d"]);
});

test("rows that are leaving stay behind the ones that were before them", () => {
  const before = listOf([section("", "a b c d")]);
  const leaving = (...gone) => new Map(gone.map((key) => [key, { item: before.items[before.index.get(key)], after: before.items[before.index.get(key) - 1]?.key ?? "" }]));
  const now = (text) => listOf([section("", text)]).items;
  assert.equal(keys({ items: withLeaving(now("a d"), leaving("b", "c")) }), "a b c d");
  assert.equal(keys({ items: withLeaving(now("b"), leaving("a", "c")) }), "a b c");
});
