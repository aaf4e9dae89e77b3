// A dialog over the page: takes the focus, keeps it, and gives it back.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useName } from "./fields.js";

/**
 * @param {{ title: string, onClose: () => void, children: any, className?: string }} props
 */
export function Dialog({ title, onClose, children, className = "" }) {
  const id = useName();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      dialog.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault(); // it goes when its owner takes it away
    onClose();
  };
  return html`<dialog ref=${dialog} class=${className} aria-labelledby=${id} onCancel=${cancel}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}
