// Which rows of a long list are rendered, and where (virtual scrolling). Heights are measured; unknown ones are estimated.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const ESTIMATE = 58;
const OVERSCAN = 400; // pixels above and below the viewport
const STEP = 200; // pixels; smaller movements change nothing

/**
 * @param {{ current: HTMLElement | null }} list the element around the rows; the page scrolls, not the list
 * @param {{ key: string }[]} rows
 * @param {number[]} pinned indexes of rows that are always rendered; negative ones are ignored
 */
export function useVirtualRows(list, rows, pinned) {
  const { heights, version, observe } = useHeights(list, rows);
  const [[top, bottom], setRange] = useState([0, 1200]);
  const tops = useMemo(() => topsOf(rows, heights), [rows, version]);

  const updateRange = () => {
    const listTop = list.current?.getBoundingClientRect().top ?? 0;
    const from = Math.floor((-listTop - OVERSCAN) / STEP) * STEP;
    const to = Math.ceil((-listTop + innerHeight + OVERSCAN) / STEP) * STEP;
    setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
  };
  useEffect(() => {
    addEventListener("scroll", updateRange, { passive: true });
    addEventListener("resize", updateRange);
    return () => {
      removeEventListener("scroll", updateRange);
      removeEventListener("resize", updateRange);
    };
  }, []);
  useLayoutEffect(updateRange, [rows, version]);

  const end = Math.min(rows.length, rowAt(tops, bottom) + 1);
  const indexes = new Set(pinned.filter((index) => index >= 0 && index < rows.length));
  for (let index = rowAt(tops, top); index < end; index += 1) indexes.add(index);
  return { tops, end, indexes: Array.from(indexes).sort((one, other) => one - other), observe };
}

/**
 * The measured heights of rows by key. When rows above the viewport change, the page scrolls so that the others stay in place.
 * @param {{ current: HTMLElement | null }} list
 * @param {{ key: string }[]} rows
 */
function useHeights(list, rows) {
  const heights = useRef(/** @type {Map<string, number>} */ (new Map())).current;
  const [version, setVersion] = useState(0);
  const latest = useRef(rows);
  latest.current = rows;

  const observer = useMemo(() => new ResizeObserver((entries) => {
    const edge = -(list.current?.getBoundingClientRect().top ?? 0);
    const tops = topsOf(latest.current, heights);
    let above = 0;
    let changed = false;
    for (const { target, borderBoxSize } of entries) {
      const key = /** @type {HTMLElement} */ (target).dataset.key ?? "";
      const height = borderBoxSize[0].blockSize;
      const known = heights.get(key) ?? ESTIMATE;
      if (!height || height === known) continue;
      heights.set(key, height);
      changed = true;
      const index = latest.current.findIndex((row) => row.key === key);
      if (index >= 0 && tops[index + 1] < edge) above += height - known;
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
 * The top of each row, and the bottom of the last one.
 * @param {{ key: string }[]} rows
 * @param {Map<string, number>} heights
 */
function topsOf(rows, heights) {
  const tops = new Float64Array(rows.length + 1);
  rows.forEach(({ key }, index) => {
    tops[index + 1] = tops[index] + (heights.get(key) ?? ESTIMATE);
  });
  return tops;
}

/**
 * The index of the row at a height, by binary search.
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
