// A dialog over the page: takes the focus, keeps it, and gives it back.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useName } from "./fields.js";

/**
 * @param {object} props
 * @param {string} props.title
 * @param {any} props.children
 * @param {string} [props.className]
 * @param {() => void} [props.onClose] for the Escape key; without it, one of the buttons has to be used
 */
export function Dialog({ title, onClose, children, className = "" }) {
  const id = useName();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    heading.current?.focus(); // not a button: a key that was meant for something else would press it
    return () => {
      dialog.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault(); // it goes when its owner takes it away
    onClose?.();
  };
  const stay = () => dialog.current?.isConnected && !dialog.current.open && dialog.current.showModal();
  return html`<dialog ref=${dialog} class=${className} aria-labelledby=${id} onCancel=${cancel} onClose=${stay}>
    <h2 id=${id} ref=${heading} tabindex="-1">${title}</h2>
    ${children}
  </dialog>`;
}
