/**
 * Reads a number as people write it: decimal digits, with a minus sign and a point if need be. `Number` also takes "", " 5",
 * "0x10" and "1e3", which are more likely mistakes.
 *
 * @returns The number; `NaN` for anything else.
 */
export function decimal(text: string): number {
  return /^-?\d*\.?\d+$/.test(text) ? Number(text) : NaN;
}
