// A picture of the product, for those who have not seen it. In the colours of the theme.

import { html } from "../vendor/preact.js";

const ROWS = [["Pay the rent", "Overdue · 1 Nov", "high"], ["Water the plants", "Today · every 3 days", "accent"], ["Call Jo", "Today 17:00 · #family", "edge"], ["Book the train", "Fri · Holidays · 1/3", "medium"]];

/** A window with a few tasks. */
export function Picture() {
  return html`<svg class="picture" viewBox="0 0 420 300" aria-hidden="true" focusable="false">
    <rect x="1" y="1" width="418" height="298" rx="14" fill="var(--raised)" stroke="var(--line)" />
    <path d="M1 15A14 14 0 0 1 15 1H98V299H15A14 14 0 0 1 1 285Z" fill="var(--sunken)" />
    <rect x="12" y="52" width="76" height="22" rx="6" fill="var(--tint)" />
    ${["Inbox", "Today", "Upcoming", "Home", "Holidays"].map((name, index) => html`<g transform="translate(20 ${index * 26 + (index > 2 ? 54 : 40)})">
      ${index > 2 ? html`<circle cx="5" cy="-3" r="4" fill="var(--${index > 3 ? "low" : "medium"})" />` : html`<rect y="-8" width="10" height="10" rx="3" fill="none" stroke="var(--soft)" stroke-width="1.5" />`}
      <text x="18" class=${index === 1 ? "strong" : ""}>${name}</text></g>`)}
    <text x="118" y="44" class="title">Today</text>
    <rect x="118" y="58" width="282" height="34" rx="8" fill="none" stroke="var(--edge)" />
    <rect x="178" y="66" width="92" height="18" rx="4" fill="var(--tint)" /><rect x="274" y="66" width="36" height="18" rx="4" fill="var(--alarm)" />
    <text x="130" y="79">Dentist</text><text x="183" y="79" fill="var(--accent)">3 Dec at 14:30</text><text x="279" y="79" fill="var(--high)">!high</text>
    ${ROWS.map(([title, facts, color], index) => html`<g transform="translate(118 ${index * 46 + 120})">
      <circle cx="9" cy="4" r="8" fill="none" stroke="var(--${color})" stroke-width="2" /><text x="28" class="task">${title}</text>
      <text x="28" y="16" fill=${index ? "var(--soft)" : "var(--high)"}>${facts}</text><path d="M0 28H282" stroke="var(--line)" /></g>`)}
  </svg>`;
}
