// Tasks and views for tests of what the client shows.

/** Noon of a Sunday. */
export const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-22T11:00:00Z"), date: "2026-11-22", time: "12:00" };

/** An open task of the inbox whose title and position are its id. */
export const task = (id, more = {}) => ({
  id, title: id, description: null, completed: false, completed_at: null, priority: null, due_date: null, recurrence: null, list_id: null,
  parent_id: null, position: id, tags: [], deferred_until: null, revision: 1, created_at: "2026-11-01T00:00:00Z", updated_at: "2026-11-01T00:00:00Z", ...more,
});

export const list = (id, more = {}) => ({ id, name: id, color: null, archived: false, position: id, revision: 1, ...more });

const byId = (things) => new Map(things.map((thing) => [thing.id, thing]));

export const viewOf = (tasks, { lists = [], completions = [], waiting = [] } = {}) =>
  ({ tasks: byId(tasks), lists: byId(lists), completions: byId(completions), waiting: new Set(waiting) });

/** A route by its address, without the client's router. */
export function routeOf(view, search = "", more = {}) {
  return { view, listId: null, tag: null, taskId: null, search: new URLSearchParams(search), ...more };
}

/** Sections as text: the title, a colon, and the ids with a dash for each task above. */
export const shown = (sections) => sections.map(({ title, rows }) =>
  `${title}: ${rows.map(({ key, level }) => "-".repeat(level - 1) + key).join(" ")}`);
