// The field of the search page. What is searched for is in the address a moment after the last key.

import { Icon } from "../components/icons.js";
import { focusTasks } from "../focus.js";
import { setParameters } from "../router.js";
import { html, useEffect, useRef } from "../vendor/preact.js";

const PAUSE = 300; // milliseconds; browsers limit how often an address is changed

/** @param {{ words: string, address: string, onWords: (words: string) => void }} props `address` has the words of the address */
export function SearchField({ words, address, onWords }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const sent = useRef(address);
  useEffect(() => {
    if (address !== sent.current) onWords(address); // such as by the way back
    sent.current = address;
  }, [address]);
  useEffect(() => {
    const timer = setTimeout(() => setParameters({ q: (sent.current = words.trim()) }), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") focusTasks();
    else if (event.key === "Escape" && words) onWords("");
    else return;
    event.preventDefault();
  };
  return html`<div class="search" role="search"><${Icon} name="search" />
    <input ref=${field} id="search" type="search" aria-label="Search" placeholder="Words in titles and notes" value=${words} autocomplete="off" enterkeyhint="search"
      onInput=${(/** @type {any} */ { target }) => onWords(target.value)} onKeyDown=${onKeyDown} /></div>`;
}
