// What the hosts need beside Deno: npm packages of exact versions, in a folder that is never committed.

import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = `${ROOT}.cache/hosts`;

// Node's own packages are one for each platform: "linux", "darwin" or "win", and "x64" or "arm64".
const os = Deno.build.os === "windows" ? "win" : Deno.build.os;
const platform = `${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;

const PACKAGES = {
  node20: `npm:node-${platform}@20.20.2`,
  node22: `npm:node-${platform}@22.23.3`,
  node24: `npm:node-${platform}@24.21.0`,
  bun: "1.4.5",
  workerd: "1.20261117.1",
  typescript: "7.0.2",
  publint: "0.3.25",
  "@arethetypeswrong/cli": "0.18.5",
};

/** Installs what is missing. */
export async function installTools(): Promise<void> {
  await installOnce(FOLDER, PACKAGES);
}

/**
 * Installs npm packages into a folder, or finds them installed. Several files ask at once, in one process or in more: the
 * first of them installs, and the others wait for it.
 */
export async function installOnce(
  folder: string,
  packages: Readonly<Record<string, string>>,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(`${folder}/lock`, { create: true, write: true });
  await lock.lock(true);
  const manifest = JSON.stringify({ private: true, dependencies: packages }, null, 2);
  const done = `${folder}/installed.json`;
  if (await Deno.readTextFile(done).catch(() => "") === manifest) return;
  await Deno.writeTextFile(`${folder}/package.json`, manifest);
  await run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], folder);
  await Deno.writeTextFile(done, manifest);
}

/** The path of something in an installed package. */
export function tool(path: string): string {
  return `${FOLDER}/node_modules/${path}`;
}

/** Chromium, where Linux distributions put it, or where the environment says. */
export function findChromium(): string {
  const places = [
    Deno.env.get("TSETSEN_CHROMIUM"),
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  for (const place of places) {
    try {
      if (place !== undefined && Deno.statSync(place).isFile) return place;
    } catch {
      // Not there.
    }
  }
  throw new Deno.errors.NotFound(
    "no Chromium: install the package chromium, or set TSETSEN_CHROMIUM to its path",
  );
}

/** A certificate and its key that nobody trusts, for a browser that is told not to mind. */
export async function certificate(): Promise<[cert: string, key: string]> {
  const [cert, key] = [`${FOLDER}/cert.pem`, `${FOLDER}/key.pem`];
  const made = await Deno.stat(cert).catch(() => undefined);
  if (Date.now() - (made?.mtime?.getTime() ?? 0) > 86_400_000) {
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", key, "-out", cert, "-days", "2"];
    await run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", ...name, ...files]);
  }
  return [await Deno.readTextFile(cert), await Deno.readTextFile(key)];
}

/** Runs a program to its end. @returns What it printed; throws that when it fails. */
export async function run(
  command: readonly string[],
  cwd = ROOT,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [program = "", ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "", ...env },
    signal: AbortSignal.timeout(300_000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new Error(`${program} failed:\n${text}${new TextDecoder().decode(stderr)}`);
}
