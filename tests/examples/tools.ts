// What the tests of the examples need beside Deno: npm packages of exact versions, in a folder that is never committed.
// They are no imports of deno.json: whoever runs the demo would download them.

import { createRequire } from "node:module";
import { installOnce, ROOT } from "../hosts/tools.ts";

const FOLDER = `${ROOT}.cache/examples`;
const PACKAGES = { "miniflare": "4.20260426.0", "playwright-core": "1.65.0" };

/** Loads one of them; installs them if they are missing. */
export async function load<T>(name: keyof typeof PACKAGES): Promise<T> {
  return createRequire(`${await install()}/package.json`)(name);
}

/** Installs what is missing. @returns The folder with `node_modules`. */
export async function install(): Promise<string> {
  await installOnce(FOLDER, PACKAGES);
  return FOLDER;
}

/** The PCM of a WAV file, after a look at its header. */
export function pcmOf(wav: Uint8Array): Uint8Array {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const head = new TextDecoder("latin1").decode(wav.subarray(0, 44));
  const isPcm = /^RIFF....WAVEfmt /s.test(head) && head.slice(36, 40) === "data" &&
    view.getUint16(20, true) === 1 && view.getUint16(22, true) === 1 &&
    view.getUint32(24, true) === 24_000 && view.getUint16(34, true) === 16;
  if (!isPcm) throw new Error(`not a WAV file of 24,000 Hz, 16 bits, mono: ${head}`);
  return wav.subarray(44);
}
