// The search: asks while somebody types, but not at every letter.

import { focusTasks } from "../focus.js";
import { Icon } from "../components/icons.js";
import { filterBy } from "../router.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const PAUSE = 150;

/** @param {{ value: string, error: string }} props the words in the address, and what is wrong with them */
export function SearchField({ value, error }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value); // somebody went back, or to another list
    sent.current = value;
  }, [value]);

  /** @param {string} words */
  const search = (words) => {
    clearTimeout(timer.current);
    sent.current = words.trim();
    filterBy("q", words.trim());
  };
  /** @param {any} event */
  const typed = (event) => {
    const words = event.target.value;
    setText(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(words), PAUSE);
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key === "Enter") search(text);
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (text) {
      setText("");
      search("");
    } else focusTasks();
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<div class="search">
    <${Icon} name="search" />
    <label class="hidden" for="search">Search</label>
    <input id="search" type="search" value=${text} placeholder="Search" autocomplete="off" enterkeyhint="search"
      aria-keyshortcuts="/" aria-describedby=${error ? "search-error" : undefined} aria-invalid=${error ? "true" : undefined}
      onInput=${typed} onKeyDown=${pressed} />
    ${error && html`<p class="error" id="search-error" role="alert">${error}</p>`}
  </div>`;
}
