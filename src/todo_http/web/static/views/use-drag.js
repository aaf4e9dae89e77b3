// Dragging a row by its grip, with a mouse, a pen or a finger.

import { useKeys } from "../keyboard.js";
import { endOf, dropOf } from "../data/task-moves.js";
import { useRef, useState } from "../vendor/preact.js";

/** @import { Move, Row } from "../types.js" */

const EDGE = 70; // pixels at the top and the bottom of the page where it scrolls
const SCROLL = 24;

/**
 * @typedef {{ row: Row, end: string, level: number, below: boolean, move: Move }} Drop
 * `end` is the key of the row beside which the place is shown, at a level
 */

/**
 * @param {{ current: HTMLElement | null }} list
 * @param {Row[]} rows
 * @param {(row: Row, move: Move) => void} onMove
 */
export function useDrag(list, rows, onMove) {
  const dragged = useRef("");
  const [drop, setDrop] = useState(/** @type {Drop | null} */ (null));
  const finish = () => {
    dragged.current = "";
    setDrop(null);
  };
  useKeys({ Escape: () => Boolean(dragged.current) && (finish(), true) });

  /** @param {number} y */
  const dropAt = (y) => {
    const row = rows.find(({ key }) => key === dragged.current);
    const element = elementAt(list, y);
    const target = rows.find(({ key }) => key === element?.dataset.key);
    const box = element?.getBoundingClientRect();
    if (!row || !target || !box) return null;
    const below = y > box.top + box.height / 2;
    const move = dropOf(rows, row, target, below);
    return move && { row, end: (below ? endOf(rows, target) : target).key, level: target.level, below, move };
  };
  return {
    drop,
    /** Handlers for the grip of a row. @param {Row} row */
    gripOf: (row) => ({
      /** @param {PointerEvent} event */
      onPointerDown(event) {
        if (event.button !== 0) return;
        event.preventDefault();
        /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
        dragged.current = row.key;
      },
      /** @param {PointerEvent} event */
      onPointerMove({ clientY }) {
        if (!dragged.current) return;
        if (clientY < EDGE) scrollBy(0, -SCROLL);
        if (clientY > innerHeight - EDGE) scrollBy(0, SCROLL);
        setDrop(dropAt(clientY));
      },
      /** @param {PointerEvent} event */
      onPointerUp({ clientY }) {
        const found = dropAt(clientY);
        finish();
        if (found) onMove(found.row, found.move);
      },
      onPointerCancel: finish,
    }),
  };
}

/** @param {{ current: HTMLElement | null }} list @param {number} y @returns {HTMLElement | undefined} */
function elementAt(list, y) {
  const items = Array.from(/** @type {NodeListOf<HTMLElement>} */ (list.current?.querySelectorAll("li[data-key]") ?? []));
  return items.find((item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return top <= y && y < bottom;
  });
}
