// What the readers need: packages of exact versions in a folder that is never committed. Programs of Debian are used when they are
// on the machine.

import { ROOT, run } from "../hosts/tools.ts";

export const FOLDER = `${ROOT}.cache/readers`;
const PROGRAMS = `${ROOT}tests/readers/programs`;

export const NPM = {
  "media-captions": "1.0.4",
  mediabunny: "1.61.0",
  "music-metadata": "11.16.1",
  "node-wav": "0.0.2",
  "vtt.js": "0.13.0",
  "wav-decoder": "1.3.0",
};
export const PYTHON = {
  numpy: "2.2.6",
  pysrt: "1.1.2",
  scipy: "1.15.3",
  soundfile: "0.14.0",
  "webvtt-py": "0.6.0",
};
export const GO = {
  "github.com/go-audio/wav": "v1.1.0",
  "github.com/gopxl/beep/v2": "v2.1.1",
};
export const RUST = { hound: "3.5.1", symphonia: "0.6.1" };

/** Programs of Debian's packages, and where their version stands. */
export const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  chromium: ["chromium", "--version"],
  "firefox-esr": ["firefox-esr", "--version"],
  ffmpeg: ["ffmpeg", "-version"],
  mpv: ["mpv", "--version"],
  sox: ["sox", "--version"],
};

/** Installs all of them, or finds them installed. @returns The folder of the copied programs. */
export async function installReaders(): Promise<string> {
  const done = `${FOLDER}/installed.json`;
  const wanted = JSON.stringify([NPM, PYTHON, GO, RUST]);
  await Deno.mkdir(`${FOLDER}/go`, { recursive: true });
  await Deno.mkdir(`${FOLDER}/rust/src`, { recursive: true });
  for (
    const name of ["read.mjs", "captions.mjs", "go/main.go", "rust/Cargo.toml", "rust/src/main.rs"]
  ) {
    await Deno.copyFile(`${PROGRAMS}/${name}`, `${FOLDER}/${name}`);
  }
  if (await Deno.readTextFile(done).catch(() => "") !== wanted) {
    await Deno.writeTextFile(
      `${FOLDER}/package.json`,
      JSON.stringify({ private: true, dependencies: NPM }),
    );
    await run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], FOLDER);
    await run(["python3", "-m", "venv", "--clear", "venv"], FOLDER);
    const packages = Object.entries(PYTHON).map(([name, version]) => `${name}==${version}`);
    await run(
      [`${FOLDER}/venv/bin/pip`, "install", "--quiet", "--prefer-binary", ...packages],
      FOLDER,
    );
    await Deno.remove(`${FOLDER}/go/go.mod`).catch(() => {});
    await run(["go", "mod", "init", "readers"], `${FOLDER}/go`);
    await run(["go", "get", ...Object.entries(GO).map((pair) => pair.join("@"))], `${FOLDER}/go`);
  }
  await run(["go", "build", "-o", "readers", "."], `${FOLDER}/go`);
  await run(["cargo", "build", "--quiet"], `${FOLDER}/rust`);
  await run(["javac", "-d", `${FOLDER}/java`, `${PROGRAMS}/Read.java`]);
  await Deno.writeTextFile(done, wanted);
  return FOLDER;
}

/** The version of a program, or `undefined` when it is not on this machine. */
export async function versionOf(command: readonly string[]): Promise<string | undefined> {
  const text = await run(command).catch(() => undefined);
  return text === undefined ? undefined : /v?(\d+\.\d+[\w.]*)/.exec(text)?.[1] ?? text.trim();
}
