// Comparing texts as the API does: case and accents make no difference. Pure.

/** By text; the same titles are compared with each key that is typed. @type {Map<string, string>} */
const known = new Map();
const KNOWN_MAX = 30_000;

/**
 * Removes case and accents. Works in pieces, since decomposing a run of marks takes time with the square of its length.
 * @param {string} text
 */
export function normalize(text) {
  const found = known.get(text);
  if (found !== undefined) return found;
  const decomposed = text.replace(/[^\0-\x7f]{1,32}/gu, (piece) => piece.normalize("NFD"));
  const normal = decomposed.replace(/\p{M}/gu, "").toLowerCase().trim();
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, normal);
  return normal;
}

/** Whether a tag is among others. @param {string[]} tags @param {string} tag */
export function hasTag(tags, tag) {
  const wanted = normalize(tag);
  return tags.some((other) => normalize(other) === wanted);
}

/**
 * A function that tells whether a task has all the words of a search, each as part of its title or description.
 * @param {string} words
 * @returns {(task: { title: string, description: string | null }) => boolean}
 */
export function searchFor(words) {
  const wanted = normalize(words).split(/\s+/).filter(Boolean);
  return ({ title, description }) => wanted.every((word) => normalize(title).includes(word) || normalize(description ?? "").includes(word));
}
