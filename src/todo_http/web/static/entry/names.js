// The names of lists and tags in the line of quick entry: #Home, @errand, #"Two words". Pure.

import { foldName } from "./words.js";

/** @import { EntryContext, Phrase, PhraseValue, Word } from "../types.js" */
/** @typedef {{ id?: string | null, name: string }} Known */

const MOST_WORDS = 6; // of a name without quotes
const LIST_NAME = 255;
const TAG_NAME = 64;

/**
 * Reads the name behind the sigil of a word: the longest one that exists, otherwise one word, or what is in quotes.
 * @param {Word[]} words
 * @param {EntryContext} context
 * @returns {(first: number) => Phrase | null}
 */
export function createNameReader(words, { lists, tags }) {
  const isUsed = (/** @type {string} */ sigil) => words.some((word) => word.sigil === sigil);
  const knownLists = byName(isUsed("#") ? [{ id: null, name: "Inbox" }, ...lists] : []);
  const knownTags = byName(isUsed("@") ? tags.map((name) => ({ name })) : []);
  return (first) => {
    const { sigil } = words[first];
    const isList = sigil === "#";
    const found = sigil && nameAt(words, first, isList ? knownLists : knownTags);
    if (!found) return null;
    const { last, known } = found;
    const name = known?.name ?? found.name;
    if (Array.from(name).length > (isList ? LIST_NAME : TAG_NAME)) return null;
    const label = sigil + name;
    /** @type {PhraseValue} */
    const list = known ? { list_id: known.id, label } : { list: name, label };
    return { kind: isList ? "list" : "tag", first, last, find: () => (isList ? list : { tag: name, label }) };
  };
}

/** @param {Known[]} known */
function byName(known) {
  return new Map(known.map((thing) => [foldName(thing.name), thing]));
}

/** @param {Word[]} words @param {number} first @param {Map<string, Known>} names */
function nameAt(words, first, names) {
  const { key, name, isQuoted } = words[first];
  if (isQuoted) return name ? { last: first, name, known: names.get(foldName(name)) } : null;
  /** @type {{ last: number, name: string, known?: Known } | null} */
  let found = /^\p{L}/u.test(name) ? { last: first, name } : null;
  let folded = key.slice(1);
  for (let last = first; words[last] && last < first + MOST_WORDS; last += 1) {
    if (last > first) folded += `${words[last - 1].tail} ${words[last].key}`;
    if (names.has(folded)) found = { last, name, known: names.get(folded) };
  }
  return found;
}
