// Icons in the colour of the surrounding text. They only accompany text.

import { html } from "../vendor/preact.js";

const SHAPES = {
  open: "M4 6h16M4 12h16M4 18h10",
  today: "M5 5h14v15H5zM5 10h14M9 3v4M15 3v4",
  upcoming: "M5 5h14v15H5zM5 10h14M9 3v4M15 3v4M9 14v.01M12 14v.01M15 14v.01M9 17v.01M12 17v.01",
  overdue: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2.5",
  completed: "M4 12.5l5 5L20 6.5",
  dots: "M6 12v.01M12 12v.01M18 12v.01",
  flag: "M6 21V4h11l-2 4 2 4H6",
  tag: "M4 4h8l8 8-8 8-8-8zM8 8v.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  all: "M4 5h6v6H4zM14 5h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  leave: "M14 4H5v16h9M10 12h10M16.5 8.5L20 12l-3.5 3.5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  add: "M12 5v14M5 12h14",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  close: "M6 6l12 12M18 6L6 18",
  more: "M6 9l6 6 6-6",
  back: "M15 6l-6 6 6 6",
  forward: "M9 6l6 6-6 6",
  note: "M5 8h14M5 12h14M5 16h8",
  pin: "M12 21s6-5.6 6-11a6 6 0 0 0-12 0c0 5.4 6 11 6 11zM12 8v4",
  high: "M5 20v-4M12 20v-9M19 20V4",
  medium: "M5 20v-4M12 20v-9M19 20v-.01",
  low: "M5 20v-4M12 20v-.01M19 20v-.01",
  offline: "M3 3l18 18M8.5 15.5a5 5 0 0 1 7 0M5 12a10 10 0 0 1 5-2.7M14.5 9.4A10 10 0 0 1 19 12M12 19v.01",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6v.01M4.5 12v.01M4.5 18v.01",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5",
  repeat: "M17 3l3 3-3 3M4 11V8a2 2 0 0 1 2-2h14M7 21l-3-3 3-3M20 13v3a2 2 0 0 1-2 2H4",
  subtask: "M6 4v9h6M6 13v6h6M15 13h5M15 19h5",
  grip: "M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01",
  keys: "M3 6h18v12H3zM7 10v.01M11 10v.01M15 10v.01M17 14v.01M8 14h6",
};

/** @typedef {keyof typeof SHAPES} IconName */

/** @param {{ name: IconName }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${SHAPES[name]} /></svg>`;
}
