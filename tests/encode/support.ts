// Sounds to encode, and the decoders of others.

/** What users install beside this package. */
export const PACKAGES: readonly string[] = [
  "mediabunny",
  "@mediabunny/mp3-encoder",
  "@mediabunny/flac-encoder",
  "@mediabunny/aac-encoder",
];

export const SAMPLE_RATE = 24_000;

/** A tone that rises, so that each moment differs from the others. */
export function tone(samples: number): Uint8Array<ArrayBuffer> {
  const pcm = new Int16Array(samples);
  for (let i = 0; i < samples; i++) {
    pcm[i] = 12_000 * Math.sin(2 * Math.PI * (200 + i / 400) * i / SAMPLE_RATE);
  }
  return new Uint8Array(pcm.buffer);
}

/** Silence with a short burst: where it is after decoding tells the delay. */
export function burst(samples: number, at: number): Uint8Array<ArrayBuffer> {
  const pcm = new Int16Array(samples);
  for (let i = 0; i < 240; i++) {
    pcm[at + i] = 20_000 * Math.sin(2 * Math.PI * 1_000 * i / SAMPLE_RATE);
  }
  return new Uint8Array(pcm.buffer);
}

/** The samples of PCM. */
export function integers(pcm: Uint8Array): Int16Array {
  return new Int16Array(pcm.slice().buffer);
}

/** By how many samples `decoded` is later than `original`: where they fit together best. */
export function lag(
  original: Int16Array,
  decoded: Int16Array,
  from: number,
  length: number,
): number {
  let best = { lag: -1, fit: -Infinity };
  for (let lag = 0; lag <= 3_000; lag++) {
    let fit = 0;
    for (let i = from; i < from + length; i++) fit += original[i]! * (decoded[i + lag] ?? 0);
    if (fit > best.fit) best = { lag, fit };
  }
  return best.lag;
}

/** Runs a program on a file. @returns What it printed. */
export async function output(
  program: string,
  args: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(`${program} failed:\n${new TextDecoder().decode(stderr)}`);
  return stdout as Uint8Array<ArrayBuffer>;
}

/** The samples that ffmpeg decodes. */
export async function decode(file: string): Promise<Int16Array> {
  return integers(await output("ffmpeg", ["-v", "error", "-i", file, "-f", "s16le", "-"]));
}

/** Programs that the tests need and that are not there: the tests that need them are ignored, and their names say so. */
export function missing(...programs: readonly string[]): readonly string[] {
  return programs.filter((program) => {
    try {
      new Deno.Command(program, { args: ["-version"], stdout: "null", stderr: "null" })
        .outputSync();
      return false;
    } catch {
      return true;
    }
  });
}

/** Runs something with a folder of its own. */
export async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The workers of encoders, which end after so many messages. */
export function breakWorkers(messages: number): Disposable {
  const { Worker } = globalThis;
  let left = messages;
  class Mortal extends Worker {
    // deno-lint-ignore no-explicit-any -- as Worker declares it
    override postMessage(message: any, transfer?: any): void {
      if (left-- > 0) return super.postMessage(message, transfer);
      this.terminate();
      this.dispatchEvent(new ErrorEvent("error", { message: "the worker has died" }));
    }
  }
  globalThis.Worker = Mortal;
  return { [Symbol.dispose]: () => void (globalThis.Worker = Worker) };
}
