/**
 * Packs sentences, and the pieces of long ones, into parts.
 *
 * @module
 */

import type { Piece, Place } from "./pieces.ts";

/**
 * The cost of a cut at each kind of place, as a share of the ideal length. The end of a clause is preferred to the end
 * of a word as long as it lies less than a quarter further from the ideal length, and the end of an item to that of a
 * clause as long as it lies less than 15 % further. These numbers are a choice, not a measurement.
 */
const PENALTY: Readonly<Record<Place, number>> = {
  end: 0,
  paragraph: 0,
  sentence: 0,
  item: 0.1,
  clause: 0.25,
  word: 0.5,
  cluster: 1.5,
  character: 3,
};

/**
 * Packs items into as few parts as possible, of similar size.
 *
 * @param items The items, none longer than `max`.
 * @param max The most characters of a part.
 * @returns The parts.
 */
export function pack(items: readonly Piece[], max: number): Piece[] {
  const parts: Piece[] = [];
  const sums = [0];
  for (const { characters } of items) sums.push(sums.at(-1)! + characters);
  const { reach, need } = measure(sums, max);
  for (let from = 0; from < items.length;) {
    const left = need[from]!;
    const ideal = (sums.at(-1)! - sums[from]!) / left;
    let best = from;
    let least = Infinity;
    for (let end = reach[from]!; end > from; end--) {
      // The rest must fit into one part less.
      if (need[end]! >= left) break;
      const distance = Math.abs((sums[end]! - sums[from]!) / ideal - 1);
      const cost = distance + PENALTY[items[end - 1]!.place];
      if (cost >= least) continue;
      best = end;
      least = cost;
    }
    parts.push({ ...items[best - 1]!, characters: sums[best]! - sums[from]! });
    from = best;
  }
  return parts;
}

/** Whether a part is a piece of a sentence and shorter than half the mean length: "…, үг." */
export function hasScrap(parts: readonly Piece[]): boolean {
  const half = parts.reduce((sum, { characters }) => sum + characters, 0) / parts.length / 2;
  return parts.some(({ characters, place }, i) =>
    characters < half && (isInside(place) || (i > 0 && isInside(parts[i - 1]!.place)))
  );
}

/** Whether the place lies inside a sentence. */
function isInside(place: Place): boolean {
  return place !== "sentence" && place !== "paragraph" && place !== "end";
}

/** For each item: the end of the longest part that starts with it, and the fewest parts for it and the rest. */
function measure(sums: readonly number[], max: number) {
  const end = sums.length - 1;
  const reach: number[] = new Array(end).fill(end);
  const need: number[] = new Array(end + 1).fill(0);
  for (let from = end - 1, to = end; from >= 0; from--) {
    while (sums[to]! - sums[from]! > max) to--;
    reach[from] = to;
    need[from] = need[to]! + 1;
  }
  return { reach, need };
}
