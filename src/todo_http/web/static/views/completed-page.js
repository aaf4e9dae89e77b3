// What was completed, day by day. What is older than the local copy is read from the server.

import { KEPT } from "../data/copy.js";
import { completeSince, completedSections } from "../data/completed.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { EmptyView } from "./empty-view.js";
import { TaskList } from "./task-list.js";
import { useNow } from "./use-now.js";

/** @import { Account, Done, User } from "../types.js" */

/** @param {{ account: Account, user: User }} props */
export function CompletedPage({ account, user }) {
  const now = useNow(user.time_zone);
  const view = useStore(account.view);
  const first = useRef("");
  const since = (first.current ||= completeSince(view, KEPT)); // what is completed meanwhile does not move it
  const { older, more, problem } = useOlder(account, since);
  const sections = useMemo(() => completedSections(view, now, since, older), [view.tasks, view.completions, now, since, older]);
  useEffect(() => {
    document.title = "Completed · Todo";
  }, []);
  return html`<div class="page">
    <div class="heading"><h1>Completed</h1></div>
    <${TaskList} account=${account} view=${view} sections=${sections} now=${now} place="completed" scope="" manual=${false} inList=${false} />
    ${!sections.length && html`<${EmptyView} view="completed" filtered=${false} asked=${false} />`}
    ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
    ${more && html`<div class="buttons"><button class="secondary" onClick=${more}>Show older</button></div>`}
  </div>`;
}

/**
 * Pages of what was completed before a moment, read on demand. `more` is null when there are none.
 * @param {Account} account
 * @param {string} since where the local copy begins, or ""
 */
function useOlder(account, since) {
  const [older, setOlder] = useState(/** @type {Done[]} */ ([]));
  const [after, setAfter] = useState(/** @type {string | null | undefined} */ (undefined));
  const next = after === undefined ? since && `/api/${account.user.id}/completions?limit=100&before=${encodeURIComponent(since)}` : after;
  const [problem, setProblem] = useState("");
  const more = async () => {
    try {
      const page = await account.read("GET", /** @type {string} */ (next), {});
      setOlder([...older, ...page.body]);
      setAfter(page.next);
      setProblem("");
    } catch (error) {
      setProblem(/** @type {Error} */ (error).message);
    }
  };
  return { older, more: next ? more : null, problem };
}
