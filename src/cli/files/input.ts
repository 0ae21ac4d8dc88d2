import { Buffer } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import process from "node:process";
import { quoted } from "../../lib/shell.ts";
import { stripMarkup } from "../../text/markup/strip.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors/classes.ts";
import { untilAbort } from "../terminal/until_abort.ts";

/** The argument of the commands that take a text, and its description. */
export const TEXT_ARGUMENT = [
  "<text>",
  "the text itself, the name of a UTF-8 file, or - for standard input",
] as const;

/** A text, and the file that it came from. */
export interface Input {
  readonly text: string;
  readonly file: string | undefined;
}

/** Reads the text that an argument names. */
export async function readText(source: string, context: Context): Promise<Input> {
  if (source === "-") {
    if (process.stdin.isTTY) {
      context.note("Type the text, and end it with Ctrl-D on a line of its own.");
    }
    return { text: decode(await readStdin(context.signal), "Standard input"), file: undefined };
  }
  const kind = await kindOf(source);
  if (kind === "file") return { text: decode(await readFile(source), source), file: source };
  if (kind === "folder") {
    throw new UsageError(`${source} is a folder: give a text, the name of a file, or -.`);
  }
  // A mistyped name must not be bought as a text.
  if (isLikeFile(source)) {
    throw new UsageError(
      `There is no file ${source}. Give the text itself, the name of a UTF-8 file, or - for standard input.`,
    );
  }
  return { text: source, file: undefined };
}

/** Reads a text that will be bought: it must not be empty. The markup of a Markdown or HTML file is removed, with a warning. */
export async function readSpeech(source: string, context: Context): Promise<Input> {
  const read = await readText(source, context);
  const text = isMarkupFile(read.file) ? stripMarkup(read.text) : read.text;
  return checkSpeech(source, context, read, { ...read, text });
}

/** Refuses a text without anything to speak, and warns when markup was removed. */
export function checkSpeech<T extends Input>(
  source: string,
  context: Context,
  read: Input,
  input: T,
): T {
  if (input.text !== read.text) {
    const file = quoted(`${input.file}`);
    context.warn(
      `The markup of ${input.file} is removed. To keep it, give the text as standard input: - < ${file}`,
    );
  }
  if (input.text.trim() !== "") return input;
  const what = source === "-" ? "Standard input" : input.file ?? "The text";
  throw new UsageError(`${what} is empty: there is nothing to speak.`);
}

/** Whether a file holds Markdown or HTML, by the ending of its name. Its markup is not bought. */
export function isMarkupFile(file: string | undefined): boolean {
  return file !== undefined && /\.(?:md|markdown|mdx|html?|xhtml)$/i.test(file);
}

/**
 * Whether an argument looks like a path or a name with an ending. A name of several words needs the ending of a text file, because
 * "Манай хаяг gogo.mn" is a text.
 */
function isLikeFile(source: string): boolean {
  return /^[^\s\p{Script=Cyrillic}]*[./\\][^\s\p{Script=Cyrillic}]+$/u.test(source) ||
    /^\S+\.[a-z]\w{0,4}$/i.test(source) ||
    /^.+\.(?:txt|text|md|rtf|docx?|odt|pdf|html?|srt|vtt)$/i.test(source);
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    // The file does not exist, or the text is too long for a name.
    return undefined;
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${name} must be text in UTF-8: it holds bytes that are not.`, { cause });
  }
}

/** Reads standard input to its end, or until the signal aborts. */
async function readStdin(signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  return await untilAbort(collect(process.stdin), signal);
}

async function collect(input: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) {
    chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }
  return Buffer.concat(chunks);
}
