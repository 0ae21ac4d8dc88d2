/** A stretch of text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Sorts ranges, and drops those that overlap an earlier one. Of two with the same start, the longer stays. */
export function apart<R extends Range>(ranges: readonly R[]): R[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: R[] = [];
  for (const range of sorted) {
    if (range.start >= (kept.at(-1)?.end ?? 0)) kept.push(range);
  }
  return kept;
}

/** The ranges that overlap none of `others`. Both lists are in order and without overlaps. */
export function outside<R extends Range>(ranges: Iterable<R>, others: readonly Range[]): R[] {
  const kept: R[] = [];
  let next = 0;
  for (const range of ranges) {
    while (next < others.length && others[next]!.end <= range.start) next++;
    if (next === others.length || others[next]!.start >= range.end) kept.push(range);
  }
  return kept;
}
