// The field for the tags of a task.

import { Icon } from "../components/icons.js";
import { useId } from "../components/fields.js";
import { hasTag } from "../tasks/query.js";
import { html, useRef } from "../vendor/preact.js";

/**
 * The tags with another one at the end, unless it is there already.
 * @param {string[]} tags
 * @param {string} typed
 */
export function withTag(tags, typed) {
  const tag = typed.trim().replace(/^#/, "");
  return tag && !hasTag(tags, tag) ? [...tags, tag] : tags;
}

/**
 * @param {object} props
 * @param {string[]} props.tags
 * @param {string} props.typed a tag being typed
 * @param {string[]} props.known suggestions
 * @param {string} props.error
 * @param {(changes: { tags?: string[], typed?: string }) => void} props.onChange
 */
export function TagsField({ tags, typed, known, error, onChange }) {
  const id = useId();
  const input = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {string} tag */
  const remove = (tag) => {
    onChange({ tags: tags.filter((other) => other !== tag) });
    input.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (!typed.trim() || event.ctrlKey || event.metaKey || (event.key !== "Enter" && event.key !== ",")) return;
    event.preventDefault();
    onChange({ tags: withTag(tags, typed), typed: "" });
  };
  return html`<div class="field wide">
    <label for=${id}>Tags</label>
    <div class="chips">
      ${tags.map((tag) => html`<button type="button" class="chip" key=${tag} aria-label="#${tag}, remove" onClick=${() => remove(tag)}>
        #${tag}<${Icon} name="close" /></button>`)}
    </div>
    <input id=${id} ref=${input} value=${typed} list="${id}-known" placeholder="Add a tag" autocomplete="off" enterkeyhint="enter"
      aria-describedby=${error ? `${id}-error` : undefined} aria-invalid=${error ? "true" : undefined}
      onInput=${(/** @type {any} */ event) => onChange({ typed: event.target.value })} onKeyDown=${onKeyDown} />
    <datalist id="${id}-known">${known.map((tag) => html`<option key=${tag} value=${tag} />`)}</datalist>
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}
