// Queries for tasks: their addresses, and which tasks match them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasTag, isSameList, listAddress, matches } from "../../src/todo_http/web/static/tasks/query.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const TASK = { title: "Café in Zürich", description: "ask about the cake", completed: false, priority: null, due_date: null, list_id: null, tags: [] };

const match = (query, task = {}) => matches({ ...TASK, ...task }, query, NOW);

test("the address has the parameters of the query", () => {
  assert.equal(listAddress("me", { sort: "title", q: "a b&c" }, 50), "/api/me/tasks?sort=title&q=a+b%26c&limit=50");
});

test("filters and order do not make another list", () => {
  assert.ok(isSameList({ due: "today", sort: "title" }, { due: "today", q: "x", sort: "due_date" }));
  assert.ok(!isSameList({ due: "today", sort: "title" }, { due: "overdue", sort: "title" }));
});

test("tasks match by status and priority", () => {
  assert.deepEqual(["pending", "completed"].map((status) => match({ status })), [true, false]);
  assert.deepEqual(["none", "high"].map((priority) => match({ priority })), [true, false]);
  assert.ok(match({ priority: "high" }, { priority: "high" }));
});

test("tasks match by due date in the zone of the user", () => {
  assert.ok(match({ due: "today" }, { due_date: "2026-11-19T23:30:00Z" }));
  assert.ok(!match({ due: "today" }));
  assert.ok(match({ due: "overdue" }, { due_date: "2026-11-19" }));
  assert.ok(!match({ due: "overdue" }, { due_date: "2026-11-19", completed: true }));
});

test("a search finds all of its words, whatever their case and accents", () => {
  assert.ok(match({ q: "zurich CAKE" }));
  assert.ok(match({ q: "cafe\u0301" }));
  assert.ok(!match({ q: "zurich tea" }));
});

test("tasks match by list and tag", () => {
  assert.deepEqual(["inbox", "work"].map((list) => match({ list })), [true, false]);
  assert.deepEqual(["inbox", "work"].map((list) => match({ list }, { list_id: "work" })), [false, true]);
  assert.ok(match({ tag: "CAFE" }, { tags: ["home", "caf\u00e9"] }));
  assert.ok(!match({ tag: "caf" }, { tags: ["caf\u00e9"] }));
  assert.ok(!isSameList({ list: "work", sort: "title" }, { list: "home", sort: "title" }));
});

test("tags are the same whatever their case and accents", () => {
  assert.ok(hasTag(["\u00c4pfel"], "apfel"));
  assert.ok(!hasTag(["home"], "homes"));
});
