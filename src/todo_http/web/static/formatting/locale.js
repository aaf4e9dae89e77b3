// What the settings of the browser say about clocks and calendars.

/** @import { LocalePreferences } from "../types.js" */

/** @param {string} [tag] a language tag, by default the one of the browser @returns {LocalePreferences} */
export function preferencesOf(tag) {
  const { locale, hourCycle } = new Intl.DateTimeFormat(tag, { hour: "numeric" }).resolvedOptions();
  const region = /** @type {any} */ (new Intl.Locale(locale)); // a method in new browsers, a property in some, unknown to others
  const { firstDay } = region.getWeekInfo?.() ?? region.weekInfo ?? { firstDay: 1 };
  return { hour12: /^h1/.test(hourCycle ?? ""), weekStart: firstDay % 7 };
}

export const LOCALE = preferencesOf();
