// Splits the line of quick entry into words, and says what each of them can mean. Pure.

import { normalize } from "../data/search.js";
import { shapeOf } from "./shapes.js";
import { GERMAN } from "./words-de.js";
import { ENGLISH } from "./words-en.js";

/** @import { EntryContext, Meanings, Word } from "../types.js" */

/** A word, or what is in quotes, perhaps with a sigil before it and punctuation behind it. */
const WORD = /([#@]?)["“„]([^"“”„]*)["”“]([,.;:!?]*)(?!\S)|\S+/g;
const TAIL = ",.;:!?";
/** @type {Meanings} */
export const NOTHING = {};

/**
 * The words of a line. What is in quotes is one word; it means nothing, and neither do words that the user took back.
 * @param {string} line
 * @param {EntryContext} context
 */
export function readWords(line, { languages, literal, dayFirst }) {
  const words = split(line);
  const table = tableFor(languages.some((tag) => /^de\b/i.test(tag)));
  for (const phrase of literal.map(split)) mark(words, phrase.map(({ key }) => key));
  for (const word of words) {
    if (word.isLiteral) word.sigil = "";
    else word.means = /^\d/.test(word.key) ? shapeOf(word.key, word.tail, dayFirst) : table.get(word.key) ?? NOTHING;
  }
  return words;
}

/** A name as it is compared: without the punctuation at its end. @param {string} name */
export function foldName(name) {
  const words = split(name);
  return words.map(({ key, tail }, index) => (index < words.length - 1 ? key + tail : key)).join(" ");
}

/** @param {string} line @returns {Word[]} */
function split(line) {
  return Array.from(line.matchAll(WORD), ({ 0: text, 1: sigilOfQuotes, 2: quoted, 3: behind, index }) => {
    const sigil = sigilOfQuotes ?? (/^[#@]./u.test(text) ? text[0] : "");
    let length = text.length;
    while (length && TAIL.includes(text[length - 1])) length -= 1;
    const name = quoted === undefined ? text.slice(sigil.length, length) : quoted.split(/\s+/).filter(Boolean).join(" ");
    const isLiteral = quoted !== undefined && !sigil;
    const key = normalize(text.slice(0, length || text.length));
    return {
      start: index, end: index + text.length, text, title: isLiteral ? name + behind : text, key, tail: text.slice(length),
      sigil, name, isQuoted: quoted !== undefined, isLiteral, means: NOTHING,
    };
  });
}

/** Makes the words of a phrase literal. @param {Word[]} words @param {string[]} keys */
function mark(words, keys) {
  words.forEach((_, first) => {
    const found = words.slice(first, first + keys.length);
    if (keys.every((key, index) => found[index]?.key === key)) for (const word of found) word.isLiteral = true;
  });
}

/**
 * The words of both languages, with and without those that mean something else in English.
 * @type {Map<boolean, Map<string, Meanings>>}
 */
const tables = new Map();

/** @param {boolean} german */
function tableFor(german) {
  const table = tables.get(german) ?? new Map();
  if (table.size) return table;
  for (const language of [ENGLISH, GERMAN]) {
    for (const [name, values] of Object.entries(language)) {
      const lists = values.split("|");
      lists.forEach((list, value) => {
        for (const word of list.split(" ").filter((text) => text && (german || !text.endsWith("*")))) {
          enter(table, word.replace("*", ""), name, lists.length > 1 ? value : 1);
        }
      });
    }
  }
  tables.set(german, table);
  return table;
}

/** @param {Map<string, Meanings>} table @param {string} word @param {string} name @param {number} value */
function enter(table, word, name, value) {
  const inAscii = word.replace(/[äöü]/g, (letter) => `${normalize(letter)}e`);
  for (const key of [normalize(word), inAscii]) table.set(key, { ...table.get(key), [name]: value });
}

/** What a word means; nothing behind the last one. @param {Word[]} words @param {number} index */
export function meaning(words, index) {
  return words[index]?.means ?? NOTHING;
}

/**
 * The index at which a phrase goes on: punctuation ends it, but for the dot of "24." and "Dec."
 * @param {Word[]} words
 * @param {number} index
 */
export function after(words, index) {
  return /^\.?$/.test(words[index]?.tail ?? "") ? index + 1 : words.length;
}
