// A hook for the current time, for texts such as "today". Updated regularly, and when the page becomes visible.

import { momentIn } from "../formatting/due-dates.js";
import { useEffect, useState } from "../vendor/preact.js";

const UPDATE_MILLISECONDS = 30_000;

/** @param {string} zone */
export function useNow(zone) {
  const [now, setNow] = useState(() => momentIn(zone));
  useEffect(() => {
    const update = () => setNow(momentIn(zone));
    const timer = setInterval(update, UPDATE_MILLISECONDS);
    document.addEventListener("visibilitychange", update);
    update();
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }, [zone]);
  return now;
}
