// A modal dialog, which takes the focus and returns it when it is closed.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useId } from "./fields.js";

/**
 * @param {object} props
 * @param {string} props.title
 * @param {any} props.children
 * @param {string} [props.className]
 * @param {() => void} [props.onClose] for the Escape key and clicks beside it; without it, a button has to be used
 */
export function Dialog({ title, onClose, children, className = "" }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    const wanted = /** @type {HTMLElement | null | undefined} */ (dialog.current?.querySelector("[autofocus]"));
    (wanted ?? heading.current)?.focus(); // not a button, which a key meant for something else would press
    return () => {
      dialog.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault(); // the parent removes the dialog
    onClose?.();
  };
  const reopen = () => {
    if (dialog.current?.isConnected && !dialog.current.open) dialog.current.showModal();
  };
  const clickBeside = (/** @type {MouseEvent} */ { target, clientX: x, clientY: y }) => {
    const box = dialog.current?.getBoundingClientRect();
    if (target === dialog.current && box && (x < box.left || x > box.right || y < box.top || y > box.bottom)) onClose?.();
  };
  return html`<dialog ref=${dialog} class=${className} aria-labelledby=${id} onCancel=${cancel} onClose=${reopen} onMouseDown=${clickBeside}>
    <h2 id=${id} ref=${heading} tabindex="-1">${title}</h2>
    ${children}
  </dialog>`;
}
