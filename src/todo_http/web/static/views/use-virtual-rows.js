// Which items of a long list are rendered, and where (virtual scrolling). Heights are measured; unknown ones are estimated.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const ESTIMATE = 50;
const OVERSCAN = 400; // pixels above and below the viewport
const STEP = 200; // pixels; smaller movements change nothing
/** @type {[number, number]} */
const EVERYTHING = [-Infinity, Infinity];

/**
 * @param {{ current: HTMLElement | null }} list the element around the items; the page scrolls, not the list
 * @param {{ key: string }[]} items
 * @param {number[]} pinned indexes of items that are always rendered; negative ones are ignored
 */
export function useVirtualRows(list, items, pinned) {
  const { heights, version, observe } = useHeights(list, items);
  const [[top, bottom], setRange] = useState(/** @type {[number, number]} */ ([0, 1200]));
  const tops = useMemo(() => topsOf(items, heights), [items, version]);

  const updateRange = () => {
    const listTop = list.current?.getBoundingClientRect().top ?? 0;
    const from = Math.floor((-listTop - OVERSCAN) / STEP) * STEP;
    const to = Math.ceil((-listTop + innerHeight + OVERSCAN) / STEP) * STEP;
    setRange((before) => (before === EVERYTHING || (before[0] === from && before[1] === to) ? before : [from, to]));
  };
  useEffect(() => {
    const printed = () => setRange(EVERYTHING); // all rows are on paper
    const restore = () => setRange([0, 1200]);
    const events = /** @type {const} */ ([["scroll", updateRange], ["resize", updateRange], ["beforeprint", printed], ["afterprint", restore]]);
    events.forEach(([type, listener]) => addEventListener(type, listener, { passive: true }));
    return () => events.forEach(([type, listener]) => removeEventListener(type, listener));
  }, []);
  useLayoutEffect(updateRange, [items, version]);

  const end = Math.min(items.length, rowAt(tops, bottom) + 1);
  const indexes = new Set(pinned.filter((index) => index >= 0 && index < items.length));
  for (let index = rowAt(tops, top); index < end; index += 1) indexes.add(index);
  return { tops, indexes: Array.from(indexes).sort((one, other) => one - other), observe };
}

/**
 * The measured heights of items by key. When items above the viewport change, the page scrolls so that the others stay in place.
 * @param {{ current: HTMLElement | null }} list
 * @param {{ key: string }[]} items
 */
function useHeights(list, items) {
  const heights = useRef(/** @type {Map<string, number>} */ (new Map())).current;
  const [version, setVersion] = useState(0);
  const latest = useRef(items);
  latest.current = items;

  const observer = useMemo(() => new ResizeObserver((entries) => {
    const edge = -(list.current?.getBoundingClientRect().top ?? 0);
    let above = 0;
    let changed = false;
    for (const { target, borderBoxSize } of entries) {
      const { dataset, offsetTop } = /** @type {HTMLElement} */ (target);
      const height = borderBoxSize[0].blockSize;
      const known = heights.get(dataset.key ?? "") ?? ESTIMATE;
      if (!target.isConnected || height === known) continue;
      heights.set(dataset.key ?? "", height);
      changed = true;
      if (offsetTop + known < edge) above += height - known;
    }
    if (changed) setVersion((count) => count + 1);
    if (above) scrollBy(0, above);
  }), []);
  useEffect(() => () => observer.disconnect(), []);

  /** @param {Element | null} element */
  const observe = (element) => {
    if (!element) return undefined;
    observer.observe(element);
    return () => observer.unobserve(element);
  };
  return { heights, version, observe };
}

/**
 * The top of each item, and the bottom of the last one.
 * @param {{ key: string }[]} items
 * @param {Map<string, number>} heights
 */
function topsOf(items, heights) {
  const tops = new Float64Array(items.length + 1);
  items.forEach(({ key }, index) => {
    tops[index + 1] = tops[index] + (heights.get(key) ?? ESTIMATE);
  });
  return tops;
}

/**
 * The index of the item at a height, by binary search.
 * @param {Float64Array} tops
 * @param {number} height
 */
function rowAt(tops, height) {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tops[middle] <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}
