// A component of a group that is loaded when it is first needed.

import { html, useEffect, useState } from "../vendor/preact.js";
import { showError } from "./toasts.js";

/**
 * @param {object} props
 * @param {() => Promise<any>} props.load a dynamic import
 * @param {string} props.name the exported component
 * @param {Record<string, any>} props.with its props
 * @param {() => void} [props.onFailure] it cannot be loaded
 */
export function Lazy({ load, name, with: props, onFailure }) {
  const [loaded, setLoaded] = useState(/** @type {any} */ (null));
  useEffect(() => {
    load().then(setLoaded, () => {
      showError("This part could not be loaded. Check your connection and try again.");
      onFailure?.();
    });
  }, []);
  return loaded && html`<${loaded[name]} ...${props} />`;
}
