// A popover beside the control that opens it. It takes the focus, and returns it when it is closed.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { middle, place } from "./placement.js";

/** The element beside which a popover is open, or null, and what opens and closes it. */
export function usePopover() {
  const [anchor, setAnchor] = useState(/** @type {HTMLElement | null} */ (null));
  const toggle = (/** @type {any} */ { currentTarget }) => setAnchor(anchor ? null : currentTarget);
  return { anchor, toggle, open: setAnchor, close: () => setAnchor(null) };
}

/**
 * Closed by Escape, by a click elsewhere, and by the Tab key at its end. Keys and clicks in it do not reach what is around it.
 * @param {object} props
 * @param {Element} props.anchor
 * @param {string} props.label
 * @param {"dialog" | "menu"} [props.role]
 * @param {string} [props.className]
 * @param {() => void} props.onClose called once, when it has been closed
 * @param {(event: KeyboardEvent) => void} [props.onKeyDown]
 * @param {any} props.children or a function that gets what closes the popover and returns them
 */
export function Popover({ anchor, label, role = "dialog", className = "", onClose, onKeyDown, children }) {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const closed = useRef(false);
  useLayoutEffect(() => {
    const popover = /** @type {HTMLElement} */ (root.current);
    popover.showPopover();
    if (!popover.contains(document.activeElement)) popover.focus(); // no element with autofocus
    const unfollow = follow(popover, anchor);
    return () => {
      closed.current = true;
      unfollow();
      popover.hidePopover();
    };
  }, []);
  const close = () => {
    if (closed.current) return;
    closed.current = true;
    root.current?.hidePopover();
    onClose();
  };
  const onToggle = (/** @type {any} */ { newState }) => newState === "closed" && close();
  const onKey = (/** @type {any} */ event) => {
    stop(event);
    if (leavesByTab(event)) close(); // before the browser moves the focus: on from where it was
    onKeyDown?.(event);
  };
  return html`<div popover="auto" ref=${root} role=${role} aria-label=${label} class="popover ${className}" tabindex="-1"
    onToggle=${onToggle} onClick=${stop} onPointerDown=${stop} onKeyDown=${onKey}>
    ${typeof children === "function" ? children(close) : children}
  </div>`;
}

/** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
function leavesByTab({ key, shiftKey, currentTarget }) {
  const stops = Array.from(currentTarget.querySelectorAll("a, button, input, select, textarea, [tabindex]"))
    .filter((element) => /** @type {HTMLElement} */ (element).tabIndex >= 0);
  return key === "Tab" && (!stops.length || document.activeElement === stops.at(shiftKey ? 0 : -1));
}

/** @param {Event} event */
function stop(event) {
  event.stopPropagation();
}

/**
 * Keeps a popover beside its anchor; returns a function that stops it. A narrow window has it at the bottom, by style.
 * @param {HTMLElement} popover
 * @param {Element} anchor
 */
function follow(popover, anchor) {
  const isFree = !anchor.isConnected || anchor === document.body; // what opened it is gone, such as the palette
  const move = () => {
    if (!isFree && !anchor.isConnected) return;
    const size = { width: popover.offsetWidth, height: popover.offsetHeight };
    const view = { width: innerWidth, height: innerHeight };
    const { left, top } = place(isFree ? middle(size, view) : anchor.getBoundingClientRect(), size, view);
    popover.style.setProperty("--left", `${left}px`);
    popover.style.setProperty("--top", `${top}px`);
  };
  const resized = new ResizeObserver(move);
  resized.observe(popover);
  addEventListener("resize", move);
  addEventListener("scroll", move, true);
  move();
  return () => {
    resized.disconnect();
    removeEventListener("resize", move);
    removeEventListener("scroll", move, true);
  };
}
