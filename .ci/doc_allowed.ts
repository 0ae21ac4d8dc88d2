/** What comments may still lack. The list may only shrink. */
export const ALLOWED: readonly string[] = [];
