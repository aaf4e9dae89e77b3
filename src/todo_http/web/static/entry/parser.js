// Parses the line of quick entry, such as "Call the bank tomorrow 17:00 #Home @money p1". Pure.

import { normalize } from "../data/search.js";
import { addDays, daysBetween, formatTime, shortDate, weekday } from "../formatting/due-dates.js";
import { dateAt, firstDay, timeAt } from "./dates.js";
import { createNameReader } from "./names.js";
import { repeatAt } from "./repeats.js";
import { after, meaning, NOTHING, readWords } from "./words.js";

/** @import { Entry, EntryContext, EntryFields, Moment, Phrase, PhraseValue, Priority, Word } from "../types.js" */

/** @typedef {{ phrase: Phrase, value: PhraseValue }} Chosen */

const MAX_TAGS = 50;
/** What a word means that makes something else of any phrase behind it, or of a day of the week: "for friday", "last friday". */
const BLOCKING = ["before", "at", "by", "start", "every", "next"];
const BLOCKING_BARE = ["named", "last", "other", "nth", "weekday"];
const PRIORITIES = /** @type {Priority[]} */ (["high", "medium", "low"]);

/**
 * What a line says about a task. Where several phrases say it, the last one counts, and the others stay in the title.
 * @param {string} line
 * @param {EntryContext} context
 * @returns {Entry}
 */
export function parseEntry(line, context) {
  const words = readWords(line, context);
  const chosen = choose(phrasesOf(words, context), words.length, context);
  const fields = fieldsOf(chosen.map(({ value }) => value), context.now);
  const inSpan = words.map(() => false);
  const spans = chosen.map(({ phrase: { kind, first, last }, value }) => {
    inSpan.fill(true, first, last + 1);
    const [start, end] = [words[first].start, words[last].end];
    const label = value.label ?? value.time ?? dayName(value.date ?? "", context.now.date);
    return { start, end, kind, text: line.slice(start, end), label };
  });
  const rest = words.filter((_, index) => !inSpan[index]).map(({ title }) => title);
  return { title: rest.filter(Boolean).join(" "), spans, fields };
}

/**
 * What was understood, in words.
 * @param {Entry} entry
 * @param {Moment} now
 * @param {boolean} hour12
 */
export function understood({ spans, fields }, now, hour12) {
  const { date, time } = fields;
  const due = date && dayName(date, now.date) + (time ? `, ${formatTime(time, { hour12 })}` : "");
  const labelled = (/** @type {string} */ kind) => spans.filter((span) => span.kind === kind).map(({ label }) => label);
  const rule = labelled("repeat").map((label) => label.replace("Every", "every"));
  const tags = fields.tags.map((tag) => `@${tag}`);
  return [due, ...rule, ...labelled("priority"), ...labelled("list"), ...tags].filter(Boolean).join(" · ");
}

/** @param {Word[]} words @param {EntryContext} context */
function phrasesOf(words, context) {
  const nameOf = createNameReader(words, context);
  /** @type {Phrase[]} */
  const phrases = [];
  for (let index = 0; index < words.length;) {
    const name = nameOf(index) ?? priorityAt(words, index);
    const phrase = name ?? phraseAt(words, index, phrases.at(-1));
    if (!phrase) {
      index += 1;
      continue;
    }
    const other = name ? null : otherOf(words, phrase);
    if (name || (!other && !isBlocked(words, phrase, phrases.at(-1)))) phrases.push(phrase);
    index = (other ?? phrase).last + 1;
  }
  return phrases;
}

/** @param {Word[]} words @param {number} index @param {Phrase} [before] @returns {Phrase | null} */
function phraseAt(words, index, before) {
  if (meaning(words, index) === NOTHING) return null;
  const isBehindDate = before?.kind === "date" && before.last === index - 1;
  return repeatAt(words, index) ?? timeAt(words, index, isBehindDate) ?? dateAt(words, index);
}

/** @param {Word[]} words @param {number} index @returns {Phrase | null} */
function priorityAt(words, index) {
  const { priority } = meaning(words, index);
  if (priority === undefined) return null;
  const name = PRIORITIES[priority];
  const value = { priority: name, label: name[0].toUpperCase() + name.slice(1) };
  return { kind: "priority", first: index, last: index, find: () => value };
}

/**
 * The second phrase of two of one kind, as in "9:00 to 17:00", which say something else together.
 * @param {Word[]} words
 * @param {Phrase} phrase
 */
function otherOf(words, { kind, last }) {
  const link = after(words, last);
  const other = meaning(words, link).span ? phraseAt(words, after(words, link)) : null;
  return other?.kind === kind ? other : null;
}

/**
 * Whether the word before makes something else of a phrase, as in "for friday".
 * @param {Word[]} words
 * @param {Phrase} phrase
 * @param {Phrase} [last]
 */
function isBlocked(words, { kind, first, bare }, last) {
  if (last?.last === first - 1) return bare && kind === last.kind; // as in "in 2 weeks monday"
  if (!first || after(words, first - 1) > first) return false;
  const means = meaning(words, first - 1);
  if (means.numbered && meaning(words, first).typedDate) return true;
  return BLOCKING.concat(bare ? BLOCKING_BARE : []).some((name) => name in means);
}

/**
 * The phrases that count, with what they say: of each kind the last one, but all tags.
 * @param {Phrase[]} phrases
 * @param {number} end the number of words
 * @param {EntryContext} context
 */
function choose(phrases, end, context) {
  /** @type {Chosen[]} */
  const chosen = [];
  const kinds = new Set();
  for (let index = phrases.length - 1; index >= 0; index -= 1) {
    const phrase = phrases[index];
    const isBesideTime = isTimeBeside(phrase, phrases[index - 1]) || isTimeBeside(phrase, phrases[index + 1]);
    const isPlaced = !phrase.bare || phrase.last + 1 === end || isBesideTime;
    const value = isPlaced && !kinds.has(phrase.kind) && phrase.find(context);
    if (!value || value.date === null) continue;
    chosen.push({ phrase, value });
    if (phrase.kind !== "tag") kinds.add(phrase.kind);
    if (phrase.last + 1 === end) end = phrase.first;
  }
  return chosen.reverse().filter(({ phrase }) => !phrase.until || !kinds.has("repeat"));
}

/** @param {Phrase} phrase @param {Phrase | undefined} other */
function isTimeBeside(phrase, other) {
  return other?.kind === "time" && (other.first === phrase.last + 1 || other.last === phrase.first - 1);
}

/** @param {PhraseValue[]} values @param {Moment} now @returns {EntryFields} */
function fieldsOf(values, now) {
  /** @type {PhraseValue} */
  const { date: typed, from, time, rule, fits, priority, list, list_id: listId } = Object.assign({}, ...values);
  /** @type {Map<string, string>} */
  const tags = new Map();
  for (const { tag } of values) if (tag && !tags.has(normalize(tag))) tags.set(normalize(tag), tag);
  const next = time && time <= now.time ? addDays(now.date, 1) : now.date; // the day of the next such time
  const first = fits ? firstDay(next, fits) : from ?? (time && next);
  const isMidnight = time === "00:00" && typed === now.date; // the one to come
  const date = isMidnight ? addDays(now.date, 1) : typed ?? first;
  return {
    ...(date && { date }), ...(time && { time }), ...(rule && { rule }), ...(priority && { priority }),
    ...(list && { list }), ...(listId !== undefined && { list_id: listId }),
    tags: Array.from(tags.values()).slice(0, MAX_TAGS),
  };
}

/** @param {string} date @param {string} today */
function dayName(date, today) {
  return ["Today", "Tomorrow"][daysBetween(today, date)] ?? `${weekday(date)} ${shortDate(date, today)}`;
}
