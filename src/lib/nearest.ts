/**
 * The nearest known name to a misspelt one.
 *
 * @module
 */

/** A longer name is no misspelling, and computing its distance would take long. */
const MAX_LENGTH = 64;

/**
 * Finds the known name that a misspelt name most likely means. The case of letters does not count.
 *
 * @returns The name, or `undefined` when none is near: at most a third of the letters may differ.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  let best: string | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    // Any two names of two letters are within two edits of each other.
    if (distance >= least || distance >= candidate.length) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

/** The Levenshtein distance: how many letters must be inserted, removed or replaced. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(
        previous[j]! + 1,
        row[j - 1]! + 1,
        previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    previous = row;
  }
  return previous[b.length]!;
}
