// A part of the client that is fetched when it is first needed.

import { html, useEffect, useState } from "../vendor/preact.js";

/**
 * @param {{ load: () => Promise<any>, part: string }} props and those of the part
 */
export function Later({ load, part, ...rest }) {
  const [module, setModule] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(false);
  const fetchIt = () => {
    setFailed(false);
    load().then(setModule, () => setFailed(true));
  };
  useEffect(fetchIt, []);
  if (failed) {
    return html`<div class="empty" role="alert">
      <p>This part could not be loaded. Check your connection.</p>
      <button class="secondary" onClick=${fetchIt}>Try again</button>
    </div>`;
  }
  return module && html`<${module[part]} ...${rest} />`;
}
