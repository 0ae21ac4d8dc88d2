import { access, constants, lstat, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { checkEncoder } from "../../encode/mod.ts";
import { formatOfName } from "../../file/encoded.ts";
import { UsageError } from "../errors/classes.ts";
import { existingFile } from "../errors/existing_file.ts";
import { isTerminal } from "../terminal/terminal.ts";

/** Standard output, as the name of a file. */
export const STDOUT = "-";

/** The files that a command will write. */
export interface Outputs {
  /** The audio; `-` for standard output. */
  readonly audio: string;
  /** More files, such as captions. */
  readonly others?: readonly (string | undefined)[];
  /** Files and folders that the command works with: none of them is replaced. */
  readonly taken?: readonly (string | undefined)[];
  /** Whether files may be replaced. */
  readonly force: boolean;
}

/** Checks that the result can be written. Call it before anything is bought. */
export async function checkOutputs(
  { audio, others = [], taken = [], force }: Outputs,
): Promise<void> {
  if (audio === STDOUT && isTerminal("stdout")) {
    throw new UsageError(
      "Audio does not go to a terminal: pipe it into a program, or give -o FILE.",
    );
  }
  const files = [audio, ...others].filter((file) => file !== undefined && file !== STDOUT);
  const seen = new Set(taken.filter((path) => path !== undefined).map((path) => resolve(path)));
  for (const file of files as string[]) {
    if (seen.has(resolve(file))) {
      throw new UsageError(`${file} is named twice on the command line.`);
    }
    seen.add(resolve(file));
    await checkFile(file, force);
  }
}

/** The endings of names that audio is written under. A name without an ending is a WAV. */
const ENDINGS = ["", ".wav", ".wave", ".mp3", ".flac", ".aac"];

/**
 * Refuses names of formats that cannot be written or encoded on this runtime, and of formats without chapters if the
 * file needs them. Call it before anything is bought.
 */
export async function checkAudioName(file: string, hasChapters = false): Promise<void> {
  const ending = file === STDOUT ? "" : extname(file).toLowerCase();
  if (!ENDINGS.includes(ending)) {
    throw new UsageError(
      `The audio is WAV, MP3, FLAC or AAC: give a name that ends in .wav, .mp3, .flac or .aac instead of ${ending}.`,
    );
  }
  const format = formatOfName(ending);
  if (hasChapters && format === undefined) {
    throw new UsageError("A WAV has no chapters: give a name that ends in .mp3, .flac or .aac.");
  }
  if (format !== undefined) await checkEncoder(format);
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
    // The name is free, or that of a link that leads to no file yet.
    found = await lstat(file).catch(() => undefined);
    if (found === undefined || force) return;
    throw exists(file);
  }
  if (found.isDirectory()) {
    throw new UsageError(`${file} is a folder: give the name of a file in it.`);
  }
  if (!found.isFile()) throw new UsageError(`${file} exists, and is not a regular file.`);
  if (!force) throw exists(file);
}

function exists(file: string): UsageError {
  return new UsageError(existingFile(file));
}
