// A menu of actions and choices, worked by keys as the ARIA practices describe.

import { html } from "../vendor/preact.js";
import { Icon } from "./icons.js";
import { Popover } from "./popover.js";

/** @import { MenuItem, MenuGroup } from "../types.js" */

const ITEMS = "button:not([aria-disabled=true])";

/**
 * @param {object} props
 * @param {Element} props.anchor
 * @param {string} props.label
 * @param {(MenuItem | MenuGroup | false | null | undefined)[]} props.items what is false or empty is left out
 * @param {() => void} props.onClose
 */
export function Menu({ anchor, label, items, onClose }) {
  const first = items.flatMap((item) => (item ? ("items" in item ? item.items : item) : []))[0];
  return html`<${Popover} anchor=${anchor} label=${label} role="menu" className="menu" onClose=${onClose} onKeyDown=${onKeyDown}>
    ${(/** @type {() => void} */ close) => html`<${Items} items=${items} first=${first} close=${close} />`}
  <//>`;
}

/** @param {{ items: (MenuItem | MenuGroup | false | null | undefined)[], first: MenuItem, close: () => void, choice?: string }} props */
function Items({ items, first, close, choice = "menuitemcheckbox" }) {
  return items.map((item) => {
    if (!item) return null;
    if (!("items" in item)) return html`<${Item} key=${item.label} item=${item} choice=${choice} close=${close} autofocus=${item === first} />`;
    return html`<div key=${item.label} role="group" aria-label=${item.label}>
      <h3 aria-hidden="true">${item.label}</h3>
      <${Items} items=${item.items} first=${first} close=${close} choice="menuitemradio" />
    </div>`;
  });
}

/** @param {{ item: MenuItem, choice: string, close: () => void, autofocus: boolean }} props */
function Item({ item: { label, icon, hint, checked, disabled, tone, onSelect }, choice, close, autofocus }) {
  const select = () => {
    if (disabled) return;
    close(); // first, so that the focus is back when the action looks where it is
    onSelect();
  };
  const isChoice = checked !== undefined;
  return html`<button type="button" tabindex="-1" class=${tone} role=${isChoice ? choice : "menuitem"} aria-checked=${isChoice ? checked : undefined}
    aria-disabled=${disabled ? "true" : undefined} aria-keyshortcuts=${hint} autofocus=${autofocus} onClick=${select}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${label}</span>
    ${checked && html`<${Icon} name="completed" />`}${hint && html`<kbd aria-hidden="true">${hint}</kbd>`}
  </button>`;
}

/** Arrows, Home, End, and the first letter of an item. @param {any} event */
function onKeyDown(event) {
  const { key, currentTarget } = event;
  const items = /** @type {HTMLElement[]} */ (Array.from(currentTarget.querySelectorAll(ITEMS)));
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = nextItem(key, items.map((item) => item.textContent?.trim() ?? ""), at);
  if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  items[next]?.focus();
}

/**
 * The index of the item to which a key moves, or null.
 * @param {string} key
 * @param {string[]} labels
 * @param {number} at the index of the item with the focus, or -1
 */
export function nextItem(key, labels, at) {
  const last = labels.length - 1;
  if (key === "ArrowDown") return at < last ? at + 1 : 0;
  if (key === "ArrowUp") return at > 0 ? at - 1 : last;
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key.length > 1 || key === " ") return null;
  const order = labels.map((_, index) => (at + 1 + index) % labels.length);
  return order.find((index) => labels[index].toLowerCase().startsWith(key.toLowerCase())) ?? null;
}
