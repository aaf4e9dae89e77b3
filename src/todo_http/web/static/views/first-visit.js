// What an empty inbox offers to somebody new: examples to tap.

import { html } from "../vendor/preact.js";

const EXAMPLES = ["Buy milk tomorrow", "Call the bank every month on the 1st !high", "Read a book #Leisure"];

/** @param {{ onChoose: (text: string) => void }} props what is done with the text of an example */
export function FirstVisit({ onChoose }) {
  return html`<div class="empty first-visit">
    <p class="lead">Add your first task</p>
    <p>Write it with its date in one line. Try one of these:</p>
    <ul role="list" aria-label="Examples">${EXAMPLES.map((text) => html`<li>
      <button class="secondary" onClick=${() => onChoose(text)}>${text}</button></li>`)}</ul>
  </div>`;
}
