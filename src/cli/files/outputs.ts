import { access, constants, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { UsageError } from "../errors/classes.ts";
import { isTerminal } from "../terminal/terminal.ts";

/** Standard output, as the name of a file. */
export const STDOUT = "-";

/** The files that a command will write. */
export interface Outputs {
  /** The audio; `-` for standard output. */
  readonly audio: string;
  /** Files beside it, such as captions. */
  readonly others?: readonly (string | undefined)[];
  /** A file that is never replaced. */
  readonly input?: string | undefined;
  /** Whether files may be replaced. */
  readonly force: boolean;
}

/** Checks that the result can be written. Call it before anything is bought. */
export async function checkOutputs({ audio, others = [], input, force }: Outputs): Promise<void> {
  if (audio === STDOUT && isTerminal("stdout")) {
    throw new UsageError(
      "Audio does not go to a terminal: pipe it into a program, or give -o FILE.",
    );
  }
  const files = [audio, ...others].filter((file) => file !== undefined && file !== STDOUT);
  const seen = new Set(input === undefined ? [] : [resolve(input)]);
  for (const file of files as string[]) {
    if (seen.has(resolve(file))) {
      throw new UsageError(`${file} is named twice on the command line.`);
    }
    seen.add(resolve(file));
    await checkFile(file, force);
  }
}

/** Refuses names of other formats: the audio is WAV. */
export function checkWavName(file: string): void {
  const extension = extname(file).toLowerCase();
  if (file !== STDOUT && extension !== "" && extension !== ".wav" && extension !== ".wave") {
    throw new UsageError(
      `The audio is WAV: give a name that ends in .wav instead of ${extension}.`,
    );
  }
}

async function checkFile(file: string, force: boolean): Promise<void> {
  const folder = dirname(resolve(file));
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${folder} must be a folder that can be written to, for ${file}.`, {
      cause,
    });
  }
  let found;
  try {
    found = await stat(file);
  } catch {
    return; // The name is free.
  }
  if (found.isDirectory()) {
    throw new UsageError(`${file} is a folder: give the name of a file in it.`);
  }
  if (!found.isFile()) throw new UsageError(`${file} is there, and is no regular file.`);
  if (!force) {
    throw new UsageError(`${file} exists already: choose another name, or give --force.`);
  }
}
