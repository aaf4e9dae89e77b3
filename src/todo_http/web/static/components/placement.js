// Where a popover is placed: beside its anchor and inside the window. Pure.

/** @typedef {{ width: number, height: number }} Size */

const GAP = 4;
const MARGIN = 8;

/**
 * Below the anchor, above it if it only fits there, and moved as far as the window demands.
 * @param {Pick<DOMRect, "left" | "top" | "bottom">} anchor
 * @param {Size} size of the popover
 * @param {Size} view of the window
 */
export function place(anchor, { width, height }, view) {
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - height;
  const isAbove = below + height + MARGIN > view.height && above >= MARGIN;
  return { left: inside(anchor.left, view.width - width), top: inside(isAbove ? above : below, view.height - height) };
}

/** An anchor that puts the popover in the middle. @param {Size} size @param {Size} view */
export function middle({ width, height }, view) {
  const top = (view.height - height) / 2 - GAP;
  return { left: (view.width - width) / 2, top, bottom: top };
}

/** @param {number} wanted @param {number} free the room that is left */
function inside(wanted, free) {
  return Math.max(MARGIN, Math.min(wanted, free - MARGIN));
}
