// Which rows of a long list have to be on the page, and where. Heights are measured; those not yet seen are guessed.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const GUESS = 58;
const SPARE = 400; // pixels above and below what is in sight

/**
 * @param {{ current: HTMLElement | null }} list the element that the rows are in; the page scrolls, not the list
 * @param {{ key: string }[]} rows
 * @param {number[]} always indexes of rows that stay on the page wherever it is scrolled; negative ones are none
 */
export function useWindow(list, rows, always) {
  const heights = useRef(/** @type {Map<string, number>} */ (new Map())).current;
  const [measured, setMeasured] = useState(0);
  const [[top, bottom], setSight] = useState([0, 1200]);
  const tops = useMemo(() => topsOf(rows, heights), [rows, measured]);
  const latest = useRef({ rows, tops });
  latest.current = { rows, tops };

  const look = () => {
    const box = list.current?.getBoundingClientRect();
    if (!box) return;
    // In steps, so that a small movement changes nothing.
    const from = Math.floor((-box.top - SPARE) / 200) * 200;
    const to = Math.ceil((-box.top + innerHeight + SPARE) / 200) * 200;
    setSight((before) => (before[0] === from && before[1] === to ? before : [from, to]));
  };
  const observer = useMemo(() => new ResizeObserver((entries) => {
    let above = 0;
    let changed = false;
    const edge = -(list.current?.getBoundingClientRect().top ?? 0);
    for (const { target, borderBoxSize } of entries) {
      const key = /** @type {HTMLElement} */ (target).dataset.key ?? "";
      const height = borderBoxSize[0].blockSize;
      const known = heights.get(key) ?? GUESS;
      if (!height || height === known) continue;
      heights.set(key, height);
      changed = true;
      const index = latest.current.rows.findIndex((row) => row.key === key);
      if (index >= 0 && latest.current.tops[index + 1] < edge) above += height - known;
    }
    if (!changed) return;
    setMeasured((count) => count + 1);
    if (above) scrollBy(0, above); // what is being looked at stays where it is
  }), []);

  useEffect(() => {
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
      observer.disconnect();
    };
  }, []);
  useLayoutEffect(look, [rows, measured]);

  const start = firstBelow(tops, top);
  const end = Math.min(rows.length, firstBelow(tops, bottom) + 1);
  const indexes = new Set(always.filter((index) => index >= 0 && index < rows.length));
  for (let index = start; index < end; index += 1) indexes.add(index);
  return {
    tops,
    end,
    indexes: Array.from(indexes).sort((one, other) => one - other),
    /** @param {Element | null} element a row to be measured from now on */
    observe(element) {
      if (!element) return undefined;
      observer.observe(element);
      return () => observer.unobserve(element);
    },
  };
}

/**
 * Where each row begins, and at last where the list ends.
 * @param {{ key: string }[]} rows
 * @param {Map<string, number>} heights
 */
function topsOf(rows, heights) {
  const tops = new Float64Array(rows.length + 1);
  for (let index = 0; index < rows.length; index += 1) tops[index + 1] = tops[index] + (heights.get(rows[index].key) ?? GUESS);
  return tops;
}

/**
 * The row that is at a height.
 * @param {Float64Array} tops
 * @param {number} height
 */
function firstBelow(tops, height) {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}
