// Components whose modules, and style sheets, are loaded when they are shown for the first time.

import { html, useLayoutEffect, useState } from "../vendor/preact.js";

/**
 * A component that stands for one of a module that is not loaded yet. Its `load` loads it before it is shown.
 * @template {string} N
 * @param {N} name of the component in its module
 * @param {() => Promise<Record<N, any>>} load
 * @param {string} [sheet] the address of a style sheet
 */
export function lazy(name, load, sheet) {
  /** @type {any} */
  let Loaded = null;
  /** @type {Promise<void> | null} */
  let loading = null;
  const loadBoth = async () => {
    const [module] = await Promise.all([load(), sheet && loadSheet(sheet)]);
    Loaded = module[name];
  };
  /** @param {any} props */
  function Lazy(props) {
    const [, update] = useState({});
    const [error, setError] = useState(/** @type {unknown} */ (null));
    const start = () => Lazy.load().then(() => update({}), setError);
    useLayoutEffect(() => void (Loaded ?? start()), []); // not later, when it may have been loaded unnoticed
    if (Loaded) return html`<${Loaded} ...${props} />`;
    return error && html`<${NotLoaded} error=${error} onRetry=${() => (setError(null), start())} />`;
  }
  Lazy.load = () => (loading ??= loadBoth().catch((error) => {
    loading = null;
    throw error;
  }));
  return Lazy;
}

/**
 * A part that belongs to another version of the client cannot be linked, which is a syntax error.
 * @param {{ error: unknown, onRetry: () => void }} props
 */
function NotLoaded({ error, onRetry }) {
  const outdated = error instanceof SyntaxError;
  return html`<p class="notice" role="alert">
    ${outdated ? "A new version is ready. Load the page again to go on." : "This part could not be loaded. Check your connection."}
    ${" "}<button class="secondary" onClick=${outdated ? () => location.reload() : onRetry}>${outdated ? "Load again" : "Try again"}</button>
  </p>`;
}

/** Resolves when the style sheet is applied. @param {string} address */
function loadSheet(address) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new Error(address));
    };
    link.href = address;
    document.head.append(link);
  });
}
