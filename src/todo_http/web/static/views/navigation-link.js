// A link of the navigation, with the number of tasks behind it.

import { html } from "../vendor/preact.js";

/** @param {{ href: string, current: boolean, count?: number, overdue?: number, children: any }} props */
export function NavigationLink({ href, current, count = 0, overdue = 0, children }) {
  return html`<a href=${href} draggable=${false} aria-current=${current ? "page" : undefined}>${children}
    ${count > 0 && html`<small class=${overdue ? "overdue" : ""}><span aria-hidden="true">${count}</span><span class="hidden"
      >, ${count === 1 ? "1 task" : `${count} tasks`}${overdue > 0 && `, ${overdue} overdue`}</span></small>`}</a>`;
}
