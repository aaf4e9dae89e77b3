// The page of each view: its heading, the line to add tasks, and its tasks or what is said instead of them.

import { overlayDialog } from "../actions.js";
import { lazy } from "../components/lazy.js";
import { addingTo } from "../data/adding.js";
import { sectionsOf, weekOf } from "../data/selectors.js";
import { hasManualOrder, isFiltered, optionsOf } from "../data/view-options.js";
import { nameOfDay } from "../formatting/due-dates.js";
import { narrow } from "../media.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo, useState } from "../vendor/preact.js";
import { CompletedPage } from "./completed-page.js";
import { Dot } from "./dot.js";
import { EmptyView } from "./empty-view.js";
import { FirstVisit } from "./first-visit.js";
import { ListMenu } from "./list-menu.js";
import { QuickEntry } from "./quick-entry-line.js";
import { SearchField } from "./search-field.js";
import { TaskList } from "./task-list.js";
import { useNow } from "./use-now.js";
import { ViewMenu } from "./view-menu.js";
import { WeekStrip } from "./week-strip.js";

/** @import { Account, Route, User, View } from "../types.js" */

const TrashPage = lazy("TrashPage", () => import("./trash-page.js"));

/** @param {{ account: Account, user: User, route: Route }} props */
export function Page(props) {
  if (props.route.view === "trash") return html`<${TrashPage} ...${props} />`;
  if (props.route.view === "completed") return html`<${CompletedPage} ...${props} />`;
  return html`<${TasksPage} ...${props} />`;
}

/** @param {{ account: Account, user: User, route: Route }} props */
function TasksPage({ account, user, route }) {
  const now = useNow(user.time_zone);
  const view = useStore(account.view);
  const isNarrow = useStore(narrow);
  const sought = route.search.get("q") ?? "";
  const [words, setWords] = useState(sought);
  const options = optionsOf(route);
  const setting = JSON.stringify(options);
  const place = `${route.view} ${route.listId ?? ""} ${route.tag ?? ""}`.trim();
  const sections = useMemo(() => sectionsOf(view, route, now, words), [view.tasks, view.lists, place, setting, now, words]); // not when a request is merely sent
  const count = sections.reduce((sum, { rows }) => sum + rows.length, 0);
  const adding = addingTo(route, view, now);
  const searches = route.view === "search";
  const manual = hasManualOrder(route.view);
  const filtered = isFiltered(options);
  return html`<div class="page">
    <${Heading} account=${account} route=${route} view=${view} isNarrow=${isNarrow} today=${now.date} count=${`${count.toLocaleString("en")} ${count === 1 ? "task" : "tasks"}${searches || filtered ? " found" : ""}`} />
    ${searches && html`<${SearchField} words=${words} address=${sought} onWords=${setWords} />`}
    ${!isNarrow && html`<div class="entry"><${QuickEntry} key=${place} id="quick-entry" name=${place} account=${account} defaults=${adding.fields} away=${adding.away} /></div>`}
    ${route.view === "upcoming" && html`<${WeekStrip} week=${weekOf(sections, now)} />`}
    <${TaskList} account=${account} view=${view} sections=${sections} now=${now} place=${place} scope="${setting} ${words}" manual=${manual && !options.sort && !options.group} inList=${manual} />
    ${!count && (view.tasks.size || route.view !== "inbox"
      ? html`<${EmptyView} view=${route.view} filtered=${filtered} asked=${Boolean(words.trim())} />`
      : html`<${FirstVisit} onChoose=${(/** @type {string} */ text) => overlayDialog.set({ name: "add", text })} />`)}
  </div>`;
}

/** @param {{ account: Account, route: Route, view: View, isNarrow: boolean, today: string, count: string }} props */
function Heading({ account, route, view, isNarrow, today, count }) {
  const list = view.lists.get(route.listId ?? "");
  const title = list?.name ?? (route.tag === null ? route.view[0].toUpperCase() + route.view.slice(1) : `#${route.tag}`);
  useEffect(() => {
    document.title = `${title} · Todo`;
  }, [title]);
  return html`<div class="heading">
    <h1>${list && html`<${Dot} list=${list} />`}<bdi>${title}</bdi></h1>
    <p class="about">${route.view === "today" && html`<span>${nameOfDay(today, today).replace(/^.* · /, "")}</span> `}<span aria-live="polite">${count}</span></p>
    <${ViewMenu} route=${route} view=${view} />
    ${list && isNarrow && html`<${ListMenu} account=${account} list=${list} />`}
  </div>`;
}
