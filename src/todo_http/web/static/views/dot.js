// The colour of a list. It only accompanies its name.

import { html, useLayoutEffect, useRef } from "../vendor/preact.js";

/** @param {{ list: { color: string | null } }} props */
export function Dot({ list }) {
  const dot = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => dot.current?.style.setProperty("--dot", list.color ?? "var(--edge)"), [list.color]);
  return html`<i class="dot" ref=${dot} aria-hidden="true"></i>`;
}
