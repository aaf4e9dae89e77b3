// Dragging a row to another place or onto a list of the navigation: with a mouse at once, with a finger after a long press.

import { dropOf, endOf } from "../data/task-moves.js";
import { useKeys } from "../keyboard.js";
import { useEffect, useRef, useState } from "../vendor/preact.js";
import { keyOf } from "./use-active-row.js";

/** @import { Move, Row } from "../types.js" */

const LONG_PRESS = 400; // milliseconds
const SLACK = 6; // pixels; shorter movements are clicks
const EDGE = 70; // pixels at the top and the bottom of the page where it scrolls
const SCROLL = 24;

/**
 * @typedef {{ row: Row, end: string, level: number, below: boolean, move: Move }} Drop
 * `end` is the key of the row beside which the place is shown, at a level
 * @typedef {{ key: string, x: number, y: number, active: boolean, timer: number, pointer: number }} Press
 */

/**
 * @param {object} props
 * @param {{ current: HTMLElement | null }} props.list
 * @param {Row[]} props.rows those that can be rearranged
 * @param {(row: Row, move: Move) => void} props.onMove
 * @param {(key: string, listId: string | null) => void} props.onList
 */
export function useDrag({ list, rows, onMove, onList }) {
  const press = useRef(/** @type {Press | null} */ (null));
  const onto = useRef(/** @type {HTMLElement | null} */ (null)); // the list in the navigation under the pointer
  const [dragged, setDragged] = useState("");
  const [drop, setDrop] = useState(/** @type {Drop | null} */ (null));
  const finish = () => {
    clearTimeout(press.current?.timer);
    press.current = null;
    mark(onto, null);
    setDragged("");
    setDrop(null);
  };
  useKeys({ Escape: () => Boolean(press.current?.active) && (finish(), true) });
  useEffect(() => { // a finger that has begun to drag does not scroll
    const element = list.current;
    const hold = (/** @type {Event} */ event) => press.current?.active && event.preventDefault();
    element?.addEventListener("touchmove", hold, { passive: false });
    return () => element?.removeEventListener("touchmove", hold);
  }, []);
  const begin = () => {
    if (!press.current) return;
    press.current.active = true;
    list.current?.setPointerCapture(press.current.pointer); // no click follows
    setDragged(press.current.key);
  };
  return {
    drop,
    dragged,
    handlers: {
      /** @param {PointerEvent} event */
      onPointerDown({ button, clientX: x, clientY: y, pointerId: pointer, pointerType, target }) {
        const key = keyOf(/** @type {Element} */ (target));
        if (button !== 0 || !key || key.startsWith("#") || press.current) return;
        press.current = { key, x, y, pointer, active: false, timer: pointerType === "touch" ? setTimeout(begin, LONG_PRESS) : 0 };
      },
      /** @param {PointerEvent} event */
      onPointerMove({ clientX: x, clientY: y, pointerType, pointerId }) {
        const started = press.current;
        if (started?.pointer !== pointerId) return;
        if (!started.active && Math.hypot(x - started.x, y - started.y) > SLACK) {
          if (pointerType === "touch") return finish(); // it scrolls or swipes
          begin();
        }
        if (!started.active) return;
        if (y < EDGE) scrollBy(0, -SCROLL);
        if (y > innerHeight - EDGE) scrollBy(0, SCROLL);
        mark(onto, document.elementFromPoint(x, y)?.closest("nav li[data-list]") ?? null);
        setDrop(onto.current ? null : dropAt(list, rows, started.key, y));
      },
      /** @param {PointerEvent} event */
      onPointerUp({ clientY }) {
        const started = press.current;
        const listId = onto.current?.dataset.list;
        const found = started?.active && listId === undefined ? dropAt(list, rows, started.key, clientY) : null;
        finish();
        if (!started?.active) return;
        if (listId !== undefined) onList(started.key, listId || null);
        else if (found) onMove(found.row, found.move);
      },
      onPointerCancel: finish,
      onDragStart: (/** @type {Event} */ event) => event.preventDefault(),
      onContextMenu: (/** @type {Event} */ event) => press.current?.active && event.preventDefault(),
    },
  };
}

/** Shows which list a row would be dropped onto. @param {{ current: HTMLElement | null }} onto @param {Element | null} next */
function mark(onto, next) {
  onto.current?.classList.remove("drop-onto");
  onto.current = /** @type {HTMLElement | null} */ (next);
  next?.classList.add("drop-onto");
}

/**
 * @param {{ current: HTMLElement | null }} list
 * @param {Row[]} rows
 * @param {string} key of the dragged row
 * @param {number} y
 * @returns {Drop | null}
 */
function dropAt(list, rows, key, y) {
  const row = rows.find((other) => other.key === key);
  const element = elementAt(list, y);
  const target = rows.find((other) => other.key === element?.dataset.key);
  const box = element?.getBoundingClientRect();
  if (!row || !target || !box) return null;
  const below = y > box.top + box.height / 2;
  const move = dropOf(rows, row, target, below);
  return move && { row, end: (below ? endOf(rows, target) : target).key, level: target.level, below, move };
}

/** @param {{ current: HTMLElement | null }} list @param {number} y @returns {HTMLElement | undefined} */
function elementAt(list, y) {
  const items = Array.from(/** @type {NodeListOf<HTMLElement>} */ (list.current?.querySelectorAll("li[data-key]") ?? []));
  return items.find((item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return top <= y && y < bottom;
  });
}
