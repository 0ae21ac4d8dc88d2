// The readers that run as programs: each gets a file, and gives the samples that it read.

import { ROOT } from "../hosts/tools.ts";
import { FOLDER, GO, NPM, PYTHON, RUST, versionOf } from "./tools.ts";

/** What a reader made of a file. */
export interface Reading {
  /** 16-bit samples, also those before a failure; `undefined` for a reader of lengths only. */
  readonly pcm?: Uint8Array | undefined;
  /** The length that it told, in seconds. */
  readonly told?: number | undefined;
  readonly error?: string | undefined;
}

export interface Reader {
  readonly name: string;
  /** `undefined` when it is not on this machine. */
  version(): Promise<string | undefined>;
  read(file: string, folder: string): Promise<Reading>;
}

const debian = (name: string, program: string, flag: string, line: string): Reader => ({
  name,
  version: () => versionOf([program, flag]),
  async read(file, folder) {
    const output = `${folder}/pcm`;
    const command = line.replaceAll("IN", file).replaceAll("OUT", output);
    const { error } = await shell(command, 30);
    return { pcm: await taken(output), error };
  },
});

const packaged = (name: string, version: string | readonly string[], line: string): Reader => ({
  name,
  version: async () => typeof version === "string" ? version : await versionOf(version),
  async read(file, folder) {
    const output = `${folder}/pcm`;
    // Some ask for memory by the header's size. None gets more than 3 GB, because the machine must stay usable.
    const { error, text } = await shell(
      `ulimit -v 3000000; exec ${line} '${file}' '${output}'`,
      60,
    );
    const told = error === undefined ? JSON.parse(text).told : undefined;
    const pcm = await taken(output);
    // music-metadata reads lengths only.
    return {
      pcm: name.startsWith("music-metadata") ? undefined : pcm,
      told: told ?? undefined,
      error,
    };
  },
});

const node = (name: keyof typeof NPM) =>
  packaged(`${name} (npm)`, NPM[name], `node ${FOLDER}/read.mjs ${name}`);
const python = (name: string, version: string | readonly string[]) =>
  packaged(
    `${name} (Python)`,
    version,
    `${FOLDER}/venv/bin/python ${ROOT}tests/readers/programs/read.py ${name}`,
  );
const go = (name: string, version: string) =>
  packaged(`${name} (Go)`, version, `${FOLDER}/go/readers ${name}`);
const rust = (name: keyof typeof RUST) =>
  packaged(`${name} (Rust)`, RUST[name], `${FOLDER}/rust/target/debug/readers ${name}`);
// A small heap, because the limit of memory counts what is reserved.
const java = (name: string, way: string) =>
  packaged(
    name,
    ["java", "--version"],
    `java -Xmx256m -XX:MaxMetaspaceSize=64m -XX:CompressedClassSpaceSize=32m -cp ${FOLDER}/java Read ${way}`,
  );

export const readers: readonly Reader[] = [
  debian("ffmpeg, of a file", "ffmpeg", "-version", "ffmpeg -v error -y -i IN -f s16le OUT"),
  debian(
    "ffmpeg, of a pipe",
    "ffmpeg",
    "-version",
    "cat IN | ffmpeg -v error -y -i - -f s16le OUT",
  ),
  debian(
    "mpv",
    "mpv",
    "--version",
    "mpv --no-config --really-quiet --no-video --ao=pcm --ao-pcm-waveheader=no --ao-pcm-file=OUT --audio-format=s16 --audio-channels=mono --audio-samplerate=24000 IN",
  ),
  debian("SoX, of a file", "sox", "--version", "sox IN -t raw OUT"),
  debian("SoX, of a pipe", "sox", "--version", "cat IN | sox -t wav - -t raw OUT"),
  {
    ...debian("SoX, the last half second (trim -0.5)", "sox", "--version", ""),
    async read(file, folder) {
      const { error } = await shell(`sox ${file} -t raw ${folder}/pcm trim -0.5`, 30);
      const pcm = await taken(`${folder}/pcm`);
      // To compare with the others, what stands before is put back.
      const bytes = await Deno.readFile(file);
      const before = bytes.slice(
        new TextDecoder("latin1").decode(bytes.slice(0, 100)).indexOf("data") + 8,
      );
      const end = before.length - before.length % 2;
      return {
        pcm: pcm.length === 24_000 ? joined(before.slice(0, end - 24_000), pcm) : pcm,
        error,
      };
    },
  },
  python("soundfile", PYTHON.soundfile),
  python("wave", ["python3", "--version"]),
  python("scipy", PYTHON.scipy),
  go("go-audio/wav", GO["github.com/go-audio/wav"]),
  go("gopxl/beep", GO["github.com/gopxl/beep/v2"]),
  rust("hound"),
  rust("symphonia"),
  java("javax.sound, AudioInputStream", "read"),
  java("javax.sound, AudioSystem.write", "copy"),
  node("music-metadata"),
  node("mediabunny"),
  node("node-wav"),
  node("wav-decoder"),
];

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return new Uint8Array([...a, ...b]);
}

/** The output of a reader, which is then gone. */
async function taken(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch {
    return new Uint8Array();
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

async function shell(
  line: string,
  seconds: number,
): Promise<{ text: string; error: string | undefined }> {
  const { code, stdout, stderr } = await new Deno.Command("timeout", {
    args: [`${seconds}`, "bash", "-o", "pipefail", "-c", line],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (code === 0) return { text, error: undefined };
  if (code === 124) return { text, error: `not done within ${seconds} s` };
  const said = decoder.decode(stderr).split("\n").filter((line) =>
    /error|exception|fail|not|ill/i.test(line)
  );
  return { text, error: (said[0] ?? `exit ${code}`).trim() };
}
