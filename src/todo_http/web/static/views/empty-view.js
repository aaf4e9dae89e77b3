// What a view says when there is nothing in it.

import { Icon } from "../components/icons.js";
import { html } from "../vendor/preact.js";

/** @import { Route } from "../types.js" */

/** @type {Record<string, [string, string]>} */
const TEXTS = {
  inbox: ["The inbox is empty", "What you add without a list arrives here."],
  list: ["Nothing to do in this list", "What you add here goes into this list."],
  today: ["Nothing is due today", "What you add here is due today."],
  upcoming: ["Nothing is coming up", "Tasks with a date appear here, day by day."],
  tag: ["Nothing to do with this tag", "What you add here gets the tag."],
  search: ["Nothing found", "Each word is looked for in titles and notes."],
  completed: ["Nothing completed yet", "What you tick off is kept here."],
};

/** @param {{ view: Route["view"], filtered: boolean, asked: boolean }} props */
export function EmptyView({ view, filtered, asked }) {
  const [title, hint] = filtered ? ["Nothing fits", "“View” leaves out some tasks."] : view === "search" && !asked ? ["Search all tasks", TEXTS.search[1]] : TEXTS[view];
  return html`<div class="empty">
    <${Icon} name=${view === "tag" ? "tag" : view} />
    <p class="lead">${title}</p><p>${hint}</p>
  </div>`;
}
