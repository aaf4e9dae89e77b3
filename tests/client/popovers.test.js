// Popovers and menus: where they are placed, and where their keys lead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextItem } from "../../src/todo_http/web/static/components/menu.js";
import { middle, place } from "../../src/todo_http/web/static/components/placement.js";

const VIEW = { width: 1280, height: 800 };
const SIZE = { width: 300, height: 400 };

test("a popover is below its anchor, and above it if there is only room there", () => {
  assert.deepEqual(place({ left: 100, top: 100, bottom: 130 }, SIZE, VIEW), { left: 100, top: 134 });
  assert.deepEqual(place({ left: 100, top: 600, bottom: 630 }, SIZE, VIEW), { left: 100, top: 196 });
});

test("a popover is inside the window, also when it does not fit on either side of its anchor", () => {
  assert.deepEqual(place({ left: 1200, top: 390, bottom: 420 }, SIZE, VIEW), { left: 972, top: 392 });
  assert.deepEqual(place({ left: -50, top: -90, bottom: -60 }, SIZE, VIEW), { left: 8, top: 8 });
  assert.deepEqual(place({ left: 20, top: 20, bottom: 50 }, { width: 500, height: 900 }, { width: 320, height: 640 }), { left: 8, top: 8 });
});

test("a popover without an anchor is in the middle", () => {
  assert.deepEqual(place(middle(SIZE, VIEW), SIZE, VIEW), { left: 490, top: 200 });
});

test("arrows go round a menu, and letters go to the next item that begins with them", () => {
  const labels = ["Edit", "Delete", "Duplicate"];
  const next = (key, at) => nextItem(key, labels, at);
  assert.deepEqual([next("ArrowDown", -1), next("ArrowDown", 0), next("ArrowDown", 2)], [0, 1, 0]);
  assert.deepEqual([next("ArrowUp", -1), next("ArrowUp", 0), next("ArrowUp", 2)], [2, 2, 1]);
  assert.deepEqual([next("Home", 2), next("End", 0)], [0, 2]);
  assert.deepEqual([next("d", 0), next("d", 1), next("D", 2), next("x", 0)], [1, 2, 1, null]);
  assert.deepEqual([next("Enter", 0), next(" ", 0), next("Tab", 0)], [null, null, null]);
});
