// The heading of a section, which folds it away, with what can be done to all of its tasks.

import { Icon } from "../components/icons.js";
import { change } from "../data/commands.js";
import { dueToday } from "../data/due-days.js";
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";

/** @import { Account, Item, Moment } from "../types.js" */

/** @param {{ account: Account, item: Item, top: number, now: Moment, observe: (element: Element | null) => (() => void) | undefined, onToggle: () => void }} props */
export function SectionHeading({ account, item, top, now, observe, onToggle }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => observe(element.current), []);
  const { section: { title, tone, rows, reschedules }, folded, key } = item;
  const reschedule = () => void change(account, rows.map(({ task }) => task), (task) => ({ due_date: dueToday(task, now) }), "Rescheduled % to today");
  return html`<div class="section ${top ? "" : "first"}" ref=${element} data-key=${key} style=${{ top: `${top}px` }}>
    <h2 class=${tone}><button class="plain" aria-expanded=${folded ? "false" : "true"} onClick=${onToggle}><${Icon} name="more" /><bdi>${title}</bdi></button></h2>
    <span class="count">${rows.length}</span>
    ${reschedules && html`<button class="link" onClick=${reschedule}>Reschedule all</button>`}
  </div>`;
}
