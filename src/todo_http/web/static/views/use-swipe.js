// Swiping a row with a finger: to the right completes it, to the left schedules it.

import { useRef } from "../vendor/preact.js";
import { keyOf } from "./use-active-row.js";

const SLACK = 12; // pixels; before, it may still become a scroll or a long press
const FAR = 80; // pixels from which letting go does something
const MOST = 120;

/** @param {{ onRight: (key: string) => void, onLeft: (key: string, row: Element) => void }} props */
export function useSwipe({ onRight, onLeft }) {
  const swipe = useRef(/** @type {{ row: HTMLElement, pointer: number, x: number, y: number, by: number } | null} */ (null));
  const finish = () => {
    swipe.current?.row.classList.remove("swiped", "left", "right", "far");
    swipe.current = null;
  };
  return {
    /** @param {PointerEvent} event */
    onPointerDown({ target, clientX: x, clientY: y, pointerId: pointer, pointerType }) {
      const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("li[data-key]"));
      if (pointerType === "touch" && row && !swipe.current) swipe.current = { row, pointer, x, y, by: 0 };
    },
    /** @param {PointerEvent} event */
    onPointerMove({ clientX, clientY, pointerId }) {
      const { current } = swipe;
      if (current?.pointer !== pointerId) return;
      const by = clientX - current.x;
      if (!current.by && Math.abs(clientY - current.y) > Math.max(SLACK, Math.abs(by))) return finish();
      if (!current.by && Math.abs(by) < SLACK) return;
      const { row } = current;
      if (!current.by) row.closest(".tasks")?.setPointerCapture(pointerId); // no click follows
      current.by = Math.max(-MOST, Math.min(MOST, by)) || 1;
      row.style.setProperty("--swipe", `${current.by}px`);
      row.classList.add("swiped");
      row.classList.toggle("right", current.by > 0);
      row.classList.toggle("left", current.by < 0);
      row.classList.toggle("far", Math.abs(by) >= FAR);
    },
    onPointerUp() {
      const { row, by } = swipe.current ?? { row: null, by: 0 };
      finish();
      if (row && by >= FAR) onRight(keyOf(row));
      else if (row && by <= -FAR) onLeft(keyOf(row), row);
    },
    onPointerCancel: finish,
  };
}
