// Patterns of words: how the tables of quick entry describe phrases. Pure.

import { after, meaning } from "./words.js";

/** @import { Word } from "../types.js" */
/** Reads several words that have one name in a pattern. @typedef {(words: Word[], index: number) => { last: number, value: any } | null} PartReader */
/** @typedef {Record<string, [begins: string[], read: PartReader]>} Parts by name, with what their first words mean */

/**
 * A table of patterns. A pattern names what its words mean, such as "next weekday": of "a|b" it is one, "a=1" has that
 * value, "a?" may be missing, and behind "a," there may be a comma. A phrase that is bare counts only at the end of the
 * line or beside a time.
 * @template Result
 * @param {[pattern: string, result: Result, bare?: boolean][]} rows
 * @param {Parts} [parts]
 */
export function createTable(rows, parts = {}) {
  const compiled = rows.map(([text, result, bare]) => {
    const pattern = text.split(" ").map(elementOf);
    const beginning = pattern.slice(0, pattern.findIndex(({ mark }) => mark !== "?") + 1).flatMap(({ names }) => names);
    return { pattern, result, bare, begins: beginning.flatMap((name) => parts[name]?.[0] ?? name) };
  });
  /** The rows for a word, by the names of what it means. @type {Map<string, typeof compiled>} */
  const rowsFor = new Map();
  return { parts, rows: compiled, rowsFor };
}

/** @param {string} text */
function elementOf(text) {
  const [, names, value, mark] = /** @type {string[]} */ (text.match(/^([\w|]+)(?:=(\d))?(\W?)$/));
  return { names: names.split("|"), value: value && Number(value), mark };
}

/**
 * The first row of a table whose pattern the words have: its result, its values by name, and the index of its last word.
 * @template Result
 * @param {ReturnType<typeof createTable<Result>>} table
 * @param {Word[]} words
 * @param {number} first
 */
export function lookUp({ parts, rows, rowsFor }, words, first) {
  const means = meaning(words, first);
  const names = Object.keys(means);
  const key = names.join();
  const possible = rowsFor.get(key) ?? rows.filter(({ begins }) => begins.some((name) => name in means));
  rowsFor.set(key, possible);
  for (const { pattern, result, bare } of possible) {
    const match = matchAt(words, first, pattern, parts);
    if (match) return { ...match, result, bare };
  }
  return null;
}

/** @param {Word[]} words @param {number} first @param {ReturnType<typeof elementOf>[]} pattern @param {Parts} parts */
function matchAt(words, first, pattern, parts) {
  /** @type {Record<string, any>} */
  const values = {};
  let last = first - 1;
  let index = first;
  for (const { names, value, mark } of pattern) {
    const means = /** @type {Record<string, any>} */ (meaning(words, index));
    let found = null;
    for (const name of names) {
      found = means[name] === undefined ? parts[name]?.[1](words, index) : { last: index, value: means[name] };
      if (!found) continue;
      values[name] = found.value;
      break;
    }
    if (found && (value === undefined || found.value === value)) {
      last = found.last;
      index = mark === "," && words[last].tail === "," ? last + 1 : after(words, last);
    } else if (mark !== "?") {
      return null;
    }
  }
  return { last, values };
}
