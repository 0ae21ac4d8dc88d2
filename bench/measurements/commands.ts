import { API_KEY } from "../contenders/contender.ts";
import { EARLIER_CHECKOUT } from "../bundles.ts";
import type { Figure, Measured, Table } from "../figures.ts";
import { root, startServer } from "../processes.ts";
import { median } from "../statistics.ts";
import { type Bench, EARLIER, inTurn, milliseconds, ratio } from "./bench.ts";

const NOW = "now";
const AGAIN = "now, again (noise)";
const BARE_NODE = "bare Node (the limit)";
const NAMES = [NOW, AGAIN, EARLIER, BARE_NODE] as const;
type Name = (typeof NAMES)[number];

/** The whole run of a command, from the packed and installed package of each state, on Node: the one that npm's `bin` starts. */
export async function commands(bench: Bench): Promise<Measured> {
  const { runtime, host, folder, bundles, counts } = bench;
  if (runtime.name !== "Node") return { tables: [], figures: [] };
  const text = `${folder}/text.txt`;
  await Deno.writeTextFile(text, "Сайн байна уу? Би Улаанбаатарт амьдардаг.\n");
  const now = await install(root, `${folder}/now`);
  const earlier = await install(`${folder}/${EARLIER_CHECKOUT}`, `${folder}/earlier`);
  await using emulator = await startServer(host, bundles.programs.emulator);
  const env = {
    TSETSEN_API_KEY: API_KEY,
    TSETSEN_API_ENDPOINT: emulator.base.replace("http://", ""),
  };
  const tables: Table[] = [];
  const figures: Figure[] = [];
  for (const args of [["--help"], ["voices", "--insecure"], ["check", text]]) {
    const bare = args[0] === "voices"
      ? ["--input-type=module", "-e", `await (await fetch("${emulator.base}")).text()`]
      : ["-e", "0"];
    const times = await inTurn(NAMES, counts.coldRuns, async (name) => {
      const start = performance.now();
      const child = new Deno.Command(runtime.command[0]!, {
        args: name === BARE_NODE ? bare : [name === EARLIER ? earlier : now, ...args],
        env,
      });
      const { success, stderr } = await child.output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      return performance.now() - start;
    });
    const toEarlier = (name: Name) =>
      median(times[name].map((time, round) => time / times[EARLIER][round]!));
    const command = `tsetsen ${args[0]}`;
    tables.push({
      title: `${command}, from start to end`,
      head: ["state", "time", `to ${EARLIER}`],
      rows: NAMES.map((name) => [
        name,
        milliseconds(median(times[name])),
        toEarlier(name).toFixed(2),
      ]),
    });
    figures.push(ratio(`${command}, to ${EARLIER}`, toEarlier(NOW), 0.5));
  }
  return { tables, figures };
}

/** Packs a checkout and installs the package. Returns the path of its command. */
async function install(checkout: string, folder: string): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true }');
  const tarball = `${folder}/sdk.tgz`;
  await output(Deno.execPath(), ["run", "-A", ".ci/pack.ts", tarball], checkout);
  await output("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", tarball], folder);
  return `${folder}/node_modules/.bin/tsetsen`;
}

async function output(program: string, args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd }).output();
  if (!success) throw new Error(`${program} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
