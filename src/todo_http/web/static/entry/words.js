// Splits the line of quick entry into words, and says what each of them can mean. Pure.

import { normalize } from "../data/search.js";
import { shapeOf } from "./shapes.js";
import { GERMAN } from "./words-de.js";
import { ENGLISH } from "./words-en.js";

/** @import { EntryContext, Meanings, Word } from "../types.js" */

const TAIL = ",.;:!?";
const OPENING = '"“„';
const CLOSING = '"”“';
/** @type {Meanings} */
export const NOTHING = {};

/**
 * The words of a line. Those in quotes, and those of a phrase that the user took back, mean nothing.
 * @param {string} line
 * @param {EntryContext} context
 */
export function readWords(line, { languages, literal, dayFirst }) {
  const words = split(line);
  const table = tableFor(languages.some((tag) => /^de\b/i.test(tag)));
  const isLiteral = marked(words, literal);
  unquote(line, words, isLiteral);
  words.forEach((word, index) => {
    if (isLiteral[index]) word.sigil = "";
    else word.means = /^\d/.test(word.key) ? shapeOf(word.key, word.tail, dayFirst) : table.get(word.key) ?? NOTHING;
  });
  return words;
}

/** A name as it is compared: without the punctuation at its end. @param {string} name */
export function foldName(name) {
  const words = split(name);
  return words.map(({ key, tail }, index) => (index < words.length - 1 ? key + tail : key)).join(" ");
}

/** @param {string} line @returns {Word[]} */
function split(line) {
  return Array.from(line.matchAll(/\S+/g), ({ 0: text, index }) => {
    let length = text.length;
    while (length && TAIL.includes(text[length - 1])) length -= 1;
    const key = normalize(text.slice(0, length || text.length));
    const sigil = /^[#@]./u.test(text) ? text[0] : "";
    return { start: index, end: index + text.length, text, title: text, key, tail: text.slice(length), sigil, means: NOTHING };
  });
}

/** Which words belong to phrases. @param {Word[]} words @param {string[]} phrases */
function marked(words, phrases) {
  const keys = phrases.map((phrase) => split(phrase).map(({ key }) => key)).filter(({ length }) => length);
  const isMarked = words.map(() => false);
  words.forEach((_, first) => {
    for (const phrase of keys) {
      if (phrase.every((key, index) => words[first + index]?.key === key)) isMarked.fill(true, first, first + phrase.length);
    }
  });
  return isMarked;
}

/**
 * Takes the quotes off literal words. A name in quotes behind a sigil is kept in the word of the sigil.
 * @param {string} line
 * @param {Word[]} words
 * @param {boolean[]} isLiteral where words in quotes are marked
 */
function unquote(line, words, isLiteral) {
  const closing = closingWords(line, words);
  for (let first = 0; first < words.length; first += 1) {
    const word = words[first];
    const open = word.start + word.sigil.length;
    if (isLiteral[first] || open >= word.end || !OPENING.includes(line[open])) continue;
    const last = closing[quoteAtEnd(line, word) > open ? first : first + 1];
    if (last === undefined) continue;
    const close = quoteAtEnd(line, words[last]);
    if (word.sigil) {
      word.quoted = { last, name: line.slice(open + 1, close).split(/\s+/).filter(Boolean).join(" ") };
    } else {
      isLiteral.fill(true, first, last + 1);
      drop(words[last], close);
      drop(word, open);
    }
    first = last;
  }
}

/** For each word the next one, itself included, that ends with a quote. @param {string} line @param {Word[]} words */
function closingWords(line, words) {
  /** @type {(number | undefined)[]} */
  const next = [];
  for (let index = words.length - 1; index >= 0; index -= 1) {
    next[index] = quoteAtEnd(line, words[index]) < 0 ? next[index + 1] : index;
  }
  return next;
}

/** The offset of the quote before the punctuation at the end of a word, or -1. @param {string} line @param {Word} word */
function quoteAtEnd(line, { end, tail }) {
  const offset = end - tail.length - 1;
  return CLOSING.includes(line[offset]) ? offset : -1;
}

/** @param {Word} word @param {number} offset in the line */
function drop(word, offset) {
  word.title = word.title.slice(0, offset - word.start) + word.title.slice(offset - word.start + 1);
}

/** The words of both languages, with and without those that mean something else in English. @type {Map<boolean, Map<string, Meanings>>} */
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
  for (const key of [normalize(word), word.replace(/[äöü]/g, (letter) => `${normalize(letter)}e`)]) table.set(key, { ...table.get(key), [name]: value });
}

/** What a word means; nothing behind the last one. @param {Word[]} words @param {number} index */
export function meaning(words, index) {
  return words[index]?.means ?? NOTHING;
}

/** The index at which a phrase goes on: punctuation ends it, but for the dot of "24." and "Dec." @param {Word[]} words @param {number} index */
export function after(words, index) {
  return /^\.?$/.test(words[index]?.tail ?? "") ? index + 1 : words.length;
}
