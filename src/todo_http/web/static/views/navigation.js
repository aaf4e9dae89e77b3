// Where one can go: the sidebar; on narrow windows a bar at the bottom and the page "Browse".

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { countsOf } from "../data/counts.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo } from "../vendor/preact.js";
import { ConnectionStatus } from "./connection-status.js";
import { ListLinks } from "./list-links.js";
import { NavigationLink } from "./navigation-link.js";
import { Wordmark } from "./sign-in.js";
import { useNow } from "./use-now.js";
import { ZoneNote } from "./zone-note.js";

/** @import { Account, Counts, Route, User } from "../types.js" */
/** @typedef {{ account: Account, user: User, route: Route }} Props */

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
  return html`<header class="side">
    <a class="home" href="/inbox" aria-label="Todo"><${Wordmark} /></a>
    <nav aria-label="Views">
      <${Views} names=${["search", "inbox", "today", "upcoming"]} counts=${counts} ...${props} />
      <${ListLinks} counts=${counts} ...${props} />
      <${Views} names=${["completed", "trash", "settings"]} counts=${counts} ...${props} />
    </nav>
    <div class="foot"><${ZoneNote} user=${props.user} /><${ConnectionStatus} account=${props.account} /></div>
  </header>`;
}

/** The bar of narrow windows, with the button to add a task. @param {Props} props */
export function Bar(props) {
  const counts = useCounts(props.account, props.user);
  const canAdd = !["settings", "trash", "browse"].includes(props.route.view);
  return html`<footer class="bar">
    ${canAdd && html`<button class="primary add" aria-label="Add task" onClick=${() => overlayDialog.set({ name: "add" })}><${Icon} name="add" /></button>`}
    <${ZoneNote} user=${props.user} />
    <${ConnectionStatus} account=${props.account} />
    <nav aria-label="Views"><${Views} names=${["today", "inbox", "upcoming", "browse"]} counts=${counts} ...${props} /></nav>
  </footer>`;
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
    <${ListLinks} counts=${counts} ...${props} />
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
      <${NavigationLink} href="/${name}" name=${label} current=${route.view === name} count=${numbers[name]} overdue=${name === "today" ? counts.overdue : 0}>
        <${Icon} name=${icon} /><//></li>`;
  })}</ul>`;
}
