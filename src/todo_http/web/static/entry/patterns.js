// Patterns of words: how the tables of quick entry describe phrases. Pure.

import { after, meaning } from "./words.js";

/** @import { Word } from "../types.js" */
/** @typedef {{ last: number, value: any }} Part several words that have one name in a pattern */
/** @typedef {(words: Word[], index: number) => Part | null} PartReader */

/**
 * A table of patterns. A pattern names what its words mean, such as "next weekday": of "a|b" it is one, "a=1" has that value,
 * "a?" may be missing, and behind "a," there may be a comma.
 * @template Result
 * @param {[pattern: string, result: Result][]} rows
 * @param {Record<string, PartReader>} [parts] by their names
 */
export function createTable(rows, parts = {}) {
  return { parts, rows: rows.map(([pattern, result]) => ({ pattern: pattern.split(" ").map(elementOf), result })) };
}

/** @param {string} text */
function elementOf(text) {
  const [, names, value, mark] = /** @type {string[]} */ (text.match(/^([\w|]+)(?:=(\d))?(\W?)$/));
  return { names: names.split("|"), value: value && Number(value), mark };
}

/**
 * The first row of a table whose pattern the words have: its result, its values by their names, and the index of its last word.
 * @template Result
 * @param {ReturnType<typeof createTable<Result>>} table
 * @param {Word[]} words
 * @param {number} first
 */
export function lookUp({ rows, parts }, words, first) {
  if (first >= words.length) return null;
  for (const { pattern, result } of rows) {
    const match = matchAt(words, first, pattern, parts);
    if (match) return { ...match, result };
  }
  return null;
}

/** @param {Word[]} words @param {number} first @param {ReturnType<typeof elementOf>[]} pattern @param {Record<string, PartReader>} parts */
function matchAt(words, first, pattern, parts) {
  /** @type {Record<string, any>} */
  const values = {};
  let last = first - 1;
  let index = first;
  for (const { names, value, mark } of pattern) {
    const part = partAt(words, index, names, parts);
    if (part && (value === undefined || part.value === value)) {
      values[part.name] = part.value;
      last = part.last;
      index = mark === "," && words[last].tail === "," ? last + 1 : after(words, last);
    } else if (mark !== "?") {
      return null;
    }
  }
  return { last, values };
}

/** @param {Word[]} words @param {number} index @param {string[]} names @param {Record<string, PartReader>} parts */
function partAt(words, index, names, parts) {
  const means = /** @type {Record<string, any>} */ (meaning(words, index));
  for (const name of names) {
    if (name in parts) {
      const part = parts[name](words, index);
      if (part) return { ...part, name };
    } else if (name in means) return { name, last: index, value: means[name] };
  }
  return null;
}
