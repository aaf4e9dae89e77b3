// The "View" button: how a view is sorted, grouped and filtered. The address has it.

import { options as choicesOf } from "../components/fields.js";
import { Icon } from "../components/icons.js";
import { Popover, usePopover } from "../components/popover.js";
import { tagNames } from "../data/counts.js";
import { DATES, GROUPS, PARAMETERS, PRIORITIES, SORTS, hasManualOrder, isChanged, optionsOf, settingsOf } from "../data/view-options.js";
import { setPreferences, usePreferences } from "../preferences.js";
import { setParameters } from "../router.js";
import { html } from "../vendor/preact.js";

/** @import { Route, View } from "../types.js" */

/** @param {{ route: Route, view: View }} props */
export function ViewMenu({ route, view }) {
  const { anchor, toggle, close } = usePopover();
  const isSet = isChanged(optionsOf(route));
  return html`<button class="plain view ${isSet ? "set" : ""}" aria-label=${isSet ? "View, changed" : "View"} aria-haspopup="dialog"
      aria-expanded=${anchor ? "true" : "false"} onClick=${toggle}><${Icon} name="settings" />View</button>
    ${anchor && html`<${Popover} anchor=${anchor} label="View" className="view-menu" onClose=${close}><${Settings} route=${route} view=${view} /><//>`}`;
}

/** @param {{ route: Route, view: View }} props */
function Settings({ route, view }) {
  const { density } = usePreferences();
  const options = optionsOf(route);
  const can = settingsOf(route.view);
  const sorts = hasManualOrder(route.view) ? [["", "Manual"], ...SORTS] : [["", "Default"], ...SORTS];
  const tags = [["", "Any"], ...tagNames(view).map((tag) => [tag, `#${tag}`])];
  const reset = () => setParameters(Object.fromEntries(PARAMETERS.map((name) => [name, ""])));
  /** @param {string} label @param {string} name @param {string} value @param {readonly (readonly string[])[]} choices */
  const select = (label, name, value, choices) => html`<label><span>${label}</span><span class="select">
    <select onChange=${(/** @type {any} */ { target }) => setParameters({ [name]: target.value })}>${choicesOf(choices, value)}</select></span></label>`;
  return html`
    ${can.sort && select("Sort by", "sort", options.sort, sorts)}
    ${can.group && select("Group by", "group", options.group, GROUPS)}
    ${can.filters && select("Priority", "priority", options.priority, PRIORITIES)}
    ${can.filters && tags.length > 1 && select("Tag", "with", options.tag, tags)}
    ${can.date && select("Date", "date", options.date, DATES)}
    ${can.completed && html`<label class="check"><input type="checkbox" checked=${options.completed} onChange=${(/** @type {any} */ { target }) => setParameters({ completed: target.checked ? "1" : "" })} />Show completed</label>`}
    <label class="check"><input type="checkbox" checked=${density === "compact"} onChange=${(/** @type {any} */ { target }) => setPreferences({ density: target.checked ? "compact" : "comfortable" })} />Compact rows</label>
    <button class="secondary" aria-disabled=${isChanged(options) ? undefined : "true"} onClick=${reset}>Reset</button>`;
}
