// What Deno, Bun and Node have alike, without the types of any.

const { process, gc, Bun } = globalThis as unknown as {
  process: { argv: string[]; stdout: { write(text: string): void } };
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
};
const collect = Bun === undefined ? gc : () => Bun.gc(true);

export { process };

/** The host's garbage collector, if it lets it be asked. */
export const collector = collect === undefined ? {} : { gc: collect };
