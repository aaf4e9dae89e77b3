// Where one can go: the sidebar; on narrow windows a bar at the bottom and the page "Browse".

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { offline } from "../connection.js";
import { countsOf, tagNames } from "../data/counts.js";
import { normalize } from "../data/search.js";
import { byPosition } from "../data/task-tree.js";
import { listPath, tagPath } from "../routes.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo } from "../vendor/preact.js";
import { Dot } from "./dot.js";
import { Wordmark } from "./sign-in.js";
import { useNow } from "./use-now.js";

/** @import { Account, Counts, Route, User, UserList } from "../types.js" */
/** @typedef {{ account: Account, user: User, route: Route }} Props */

const TAGS_SHOWN = 8; // more are folded away

const VIEWS = /** @type {const} */ ({
  search: ["Search", "search"], inbox: ["Inbox", "inbox"], today: ["Today", "today"], upcoming: ["Upcoming", "upcoming"],
  browse: ["Browse", "list"], completed: ["Completed", "completed"], trash: ["Trash", "remove"], settings: ["Settings", "settings"],
});

/** @param {Account} account @param {User} user */
function useCounts(account, user) {
  const view = useStore(account.view);
  const now = useNow(user.time_zone);
  return useMemo(() => countsOf(view, now), [view, now]);
}

/** @param {Props} props */
export function Sidebar(props) {
  const counts = useCounts(props.account, props.user);
  return html`<div class="side">
    <a class="home" href="/inbox" aria-label="Todo"><${Wordmark} /></a>
    <nav aria-label="Views">
      <${Views} names=${["search", "inbox", "today", "upcoming"]} counts=${counts} ...${props} />
      <${Lists} counts=${counts} ...${props} />
      <${Views} names=${["completed", "trash", "settings"]} counts=${counts} ...${props} />
    </nav>
    <${Connection} account=${props.account} />
  </div>`;
}

/** The bar of narrow windows, with the button to add a task. @param {Props} props */
export function Bar(props) {
  const counts = useCounts(props.account, props.user);
  return html`<div class="bar">
    <button class="primary add" aria-label="Add task" onClick=${() => overlayDialog.set({ name: "add" })}><${Icon} name="add" /></button>
    <${Connection} account=${props.account} />
    <nav aria-label="Views"><${Views} names=${["today", "inbox", "upcoming", "browse"]} counts=${counts} ...${props} /></nav>
  </div>`;
}

/** What does not fit in the bar, as a page. @param {Props} props */
export function Browse(props) {
  const counts = useCounts(props.account, props.user);
  useEffect(() => {
    document.title = "Browse · Todo";
  }, []);
  return html`<div class="page browse">
    <div class="heading"><h1>Browse</h1></div>
    <${Views} names=${["search"]} counts=${counts} ...${props} />
    <${Lists} counts=${counts} ...${props} />
    <${Views} names=${["completed", "trash", "settings"]} counts=${counts} ...${props} />
  </div>`;
}

/** @param {Props & { names: (keyof typeof VIEWS)[], counts: Counts }} props */
function Views({ names, counts, route }) {
  /** @type {Record<string, number>} */
  const numbers = { inbox: counts.inbox, today: counts.today };
  return html`<ul role="list">${names.map((name) => {
    const [label, icon] = VIEWS[name];
    return html`<li key=${name} data-list=${name === "inbox" ? "" : undefined}>
      <${Link} href="/${name}" current=${route.view === name} count=${numbers[name]} overdue=${name === "today" ? counts.overdue : 0}>
        <${Icon} name=${icon} /><span>${label}</span>
      <//></li>`;
  })}</ul>`;
}

/** A link with the number of tasks behind it. @param {{ href: string, current: boolean, count?: number, overdue?: number, children: any }} props */
function Link({ href, current, count = 0, overdue = 0, children }) {
  return html`<a href=${href} aria-current=${current ? "page" : undefined}>${children}
    ${count > 0 && html`<small class=${overdue ? "overdue" : ""}><span aria-hidden="true">${count}</span><span class="hidden">,
      ${` ${count} ${count === 1 ? "task" : "tasks"}${overdue ? `, ${overdue} overdue` : ""}`}</span></small>`}</a>`;
}

/** The lists and tags of the user. @param {Props & { counts: Counts }} props */
function Lists({ account, route, counts }) {
  const view = useStore(account.view);
  const lists = Array.from(view.lists.values()).sort(byPosition);
  const archived = lists.filter((list) => list.archived);
  const tags = tagNames(view).filter((tag) => counts.tags.has(normalize(tag)));
  const item = (/** @type {UserList} */ list) => html`<li key=${list.id} data-list=${list.id}>
    <${Link} href=${listPath(list.id)} current=${route.listId === list.id} count=${counts.lists.get(list.id)}>
      <${Dot} list=${list} /><span><bdi>${list.name}</bdi></span>
    <//></li>`;
  return html`<nav aria-label="Lists">
    <h2>Lists</h2>
    <ul role="list">${lists.filter((list) => !list.archived).map(item)}</ul>
    ${archived.length > 0 && html`<details open=${archived.some(({ id }) => id === route.listId)}>
      <summary>Archived lists</summary>
      <ul role="list">${archived.map(item)}</ul>
    </details>`}
    ${tags.length > 0 && html`<details open=${tags.length <= TAGS_SHOWN || route.tag !== null}>
      <summary>Tags</summary>
      <ul role="list">${tags.map((tag) => html`<li key=${tag}>
        <${Link} href=${tagPath(tag)} current=${route.tag !== null && normalize(route.tag) === normalize(tag)} count=${counts.tags.get(normalize(tag))}><b aria-hidden="true">#</b><span><bdi>${tag}</bdi></span><//></li>`)}</ul>
    </details>`}
  </nav>`;
}

/** Tells that the server cannot be reached, and how many changes it does not have. @param {{ account: Account }} props */
function Connection({ account }) {
  const isOffline = useStore(offline);
  const waiting = useStore(account.requests).length;
  return html`<div class="connection" role="status">
    ${isOffline && html`<${Icon} name="offline" />Offline${waiting > 0 && ` · ${waiting === 1 ? "1 change waits" : `${waiting} changes wait`}`}`}
  </div>`;
}
