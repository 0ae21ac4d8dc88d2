import { lstat, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../errors/classes.ts";
import { valueArgument } from "../errors/shell.ts";
import { STDOUT } from "../files/outputs.ts";
import type { Order } from "./order.ts";

/** The files of a narration, as a command line names them. */
export interface Destinations {
  readonly output?: string;
  readonly srt?: string;
  readonly vtt?: string;
}

const FLAGS = { output: "-o", srt: "--srt", vtt: "--vtt" } as const;

/**
 * Replaces the files of an order by those of the command line. The folder may come from somebody else, so files that
 * only the order names must be next to the folder.
 *
 * @throws {UsageError} when the order names a file elsewhere, or a link.
 */
export async function withDestinations(
  order: Order,
  folder: string,
  named: Destinations,
): Promise<Order> {
  const files: Record<string, string | undefined> = {};
  for (const name of ["output", "srt", "vtt"] as const) {
    const file = named[name] === undefined ? order[name] : absolute(named[name]);
    files[name] = file;
    if (file === undefined || named[name] !== undefined || file === STDOUT) continue;
    if (!await isBeside(file, folder) || await isLink(file)) {
      throw new UsageError(
        `${folder}/order.json names ${file}, which is ${
          await isLink(file) ? "a link" : "not next to that folder"
        }: give ${FLAGS[name]} FILE to say where to write.`,
      );
    }
  }
  return { ...order, ...files };
}

/** The arguments without which `resume` would refuse the files of an order. */
export async function destinationArguments(order: Order, folder: string): Promise<string[]> {
  const args: string[] = [];
  for (const name of ["output", "srt", "vtt"] as const) {
    const file = order[name];
    if (file === undefined || file === STDOUT) continue;
    if (await isBeside(file, folder) && !await isLink(file)) continue;
    args.push(...valueArgument(name, file));
  }
  return args;
}

/** The absolute path of a file that the user named; `-` stays. */
export function absolute(file: string): string {
  return file === STDOUT ? STDOUT : resolve(file);
}

async function isBeside(file: string, folder: string): Promise<boolean> {
  return await realFolder(file) === await realFolder(resolve(folder));
}

async function realFolder(path: string): Promise<string | undefined> {
  return await realpath(dirname(path)).catch(() => undefined);
}

async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then((found) => found.isSymbolicLink(), () => false);
}
