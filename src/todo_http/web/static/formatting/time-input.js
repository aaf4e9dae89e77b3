// Times of day as people type them. Pure.

const FORM = /^(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:(a|p)\.?m?\.?|h|uhr)?$/;

/**
 * A time such as 17:00 from what was typed: 5pm, 5:30 pm, 17, 1730, 17:30, noon. Null if it is none.
 * @param {string} text
 */
export function parseTime(text) {
  const typed = text.trim().toLowerCase();
  if (typed === "noon") return "12:00";
  if (typed === "midnight") return "00:00";
  const [, hours, minutes = "00", half] = typed.match(FORM) ?? [];
  if (!hours || (half && (Number(hours) < 1 || Number(hours) > 12))) return null;
  const hour = half ? (Number(hours) % 12) + (half === "p" ? 12 : 0) : Number(hours);
  return hour < 24 && Number(minutes) < 60 ? `${String(hour).padStart(2, "0")}:${minutes}` : null;
}
