// A link of the navigation, with the number of tasks behind it.

import { html } from "../vendor/preact.js";

/** @param {{ href: string, name: string, current: boolean, count?: number, overdue?: number, children: any }} props the children are an icon */
export function NavigationLink({ href, name, current, count = 0, overdue = 0, children }) {
  const tasks = count > 0 ? `, ${count === 1 ? "1 task" : `${count} tasks`}${overdue > 0 ? `, ${overdue} overdue` : ""}` : "";
  return html`<a href=${href} draggable=${false} aria-label=${name + tasks} aria-current=${current ? "page" : undefined}>
    ${children}<span><bdi>${name}</bdi></span>${count > 0 && html`<small class=${overdue ? "overdue" : ""}>${count}</small>`}</a>`;
}
