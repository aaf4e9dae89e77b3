// The search field, which searches during a pause in typing.

import { focusTasks } from "../focus.js";
import { Icon } from "../components/icons.js";
import { setFilter } from "../router.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const PAUSE = 150; // milliseconds

/** @param {{ value: string, error: string }} props the text in the address, and the server's error about it */
export function SearchField({ value, error }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value); // navigated elsewhere
    sent.current = value;
  }, [value]);

  /** @param {string} value */
  const search = (value) => {
    clearTimeout(timer.current);
    sent.current = value.trim();
    setFilter("q", value.trim());
  };
  /** @param {any} event */
  const onInput = ({ target }) => {
    setText(target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(target.value), PAUSE);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Enter") search(text);
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (!text) return focusTasks();
    setText("");
    search("");
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<div class="search">
    <${Icon} name="search" />
    <label class="hidden" for="search">Search</label>
    <input id="search" type="search" value=${text} placeholder="Search" autocomplete="off" enterkeyhint="search"
      aria-keyshortcuts="/" aria-describedby=${error ? "search-error" : undefined} aria-invalid=${error ? "true" : undefined}
      onInput=${onInput} onKeyDown=${onKeyDown} />
    ${error && html`<p class="error" id="search-error" role="alert">${error}</p>`}
  </div>`;
}
