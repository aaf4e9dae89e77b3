// A dialog with a field and the choices that match what is typed in it (ARIA APG: combobox with a list box).

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Dialog } from "./dialog.js";
import { useId } from "./fields.js";
import { Icon } from "./icons.js";

/** @typedef {{ id: string, label: string, hint?: string, icon?: any, group?: string, checked?: boolean, run: () => void }} Choice */

/**
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.placeholder
 * @param {(query: string) => Choice[]} props.choices what matches, the best first
 * @param {() => void} props.onClose
 * @param {boolean} [props.keepOpen] whether several may be chosen
 */
export function Chooser({ title, placeholder, choices, onClose, keepOpen = false }) {
  const id = useId();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const found = choices(query.trim());
  const current = Math.min(active, found.length - 1);
  useLayoutEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [current, query]);
  /** @param {Choice | undefined} choice */
  const choose = (choice) => {
    if (!choice) return;
    if (!keepOpen) onClose();
    choice.run();
    setQuery("");
    field.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) setActive((current + step + found.length) % found.length);
    else if (event.key === "Enter") choose(found[current]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title=${title} className="chooser" onClose=${onClose}>
    <input ref=${field} type="text" role="combobox" autofocus aria-label=${title} aria-expanded="true" aria-controls=${id} aria-autocomplete="list" autocomplete="off"
      aria-activedescendant=${found[current] && `${id}-${current}`} placeholder=${placeholder} value=${query} onKeyDown=${onKey}
      onInput=${(/** @type {any} */ event) => (setQuery(event.target.value), setActive(0))} />
    <ul id=${id} ref=${list} role="listbox" aria-label=${title} aria-multiselectable=${keepOpen || undefined}>
      ${found.map((choice, index) => html`<${Option} key=${choice.id} id="${id}-${index}" choice=${choice} selected=${index === current}
        heading=${choice.group !== found[index - 1]?.group && choice.group} onChoose=${() => choose(choice)} />`)}
    </ul>
    <p class="hidden" role="status">${found.length ? `${found.length} found` : "Nothing found"}</p>
    ${!found.length && html`<p class="hint">Nothing found.</p>`}
  <//>`;
}

/** @param {{ id: string, choice: Choice, selected: boolean, heading: any, onChoose: () => void }} props */
function Option({ id, choice, selected, heading, onChoose }) {
  const { label, hint, icon, checked } = choice;
  return html`${heading && html`<li role="presentation" class="group">${heading}</li>`}
    <li role="option" id=${id} aria-selected=${selected ? "true" : "false"} aria-checked=${checked} onClick=${onChoose} onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${typeof icon === "string" ? html`<${Icon} name=${icon} />` : icon}<span class="label" dir="auto">${label}</span>
      ${checked && html`<${Icon} name="completed" />`}${hint && html`<span class="hint">${hint}</span>`}
    </li>`;
}
