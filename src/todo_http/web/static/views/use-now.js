// The present moment, for words such as "today": new every half minute, and at once when the page is looked at again.

import { useEffect, useState } from "../vendor/preact.js";
import { momentIn } from "../formatting/due-dates.js";

const STEP = 30_000;

/** @param {string} zone of the person */
export function useNow(zone) {
  const [now, setNow] = useState(() => momentIn(zone));
  useEffect(() => {
    const update = () => setNow(momentIn(zone));
    const timer = setInterval(update, STEP);
    document.addEventListener("visibilitychange", update);
    update();
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }, [zone]);
  return now;
}
