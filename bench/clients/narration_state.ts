// Narrates a text of short sentences with a store in memory, then opens it again: what it writes, and what it takes.
// Arguments: the folder of the SDK that is measured, and the number of parts.

import process from "node:process";

const [root = "", count = "100"] = Deno.args;
const parts = Number(count);
const { narrate, memoryStore } = await import(`${root}/src/narration/mod.ts`);
const { startEmulator } = await import(`${root}/src/emulator/mod.ts`);
const { Client } = await import(`${root}/mod.ts`);

const KEY = "tsetsen-development-emulator";
const emulator = await startEmulator({ queueTime: 0, pace: 0, apiKeys: { [KEY]: 1e9 } });
const client = new Client({ endpoint: emulator.url, apiKey: KEY, secure: false });

const memory = memoryStore();
let bytes = 0;
let saves = 0;
const encoder = new TextEncoder();
const save = (name: string, value: unknown, follows?: string) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  bytes += encoder.encode(name + text).length;
  saves++;
  return memory.save(name, value, follows);
};
const store = { ...memory, save };

const options = { store, key: "bench", pollInterval: 1, concurrency: 8 };

/** A text of so many paragraphs, a short sentence each. */
function textOf(count: number): string {
  return Array.from({ length: count }, (_, i) => `Энэ бол ${i + 1} дүгээр хэсэг.`).join("\n\n");
}

/** Reads a narration to its end. @returns Milliseconds of CPU, and of the clock. */
async function read(text: string, key = "bench"): Promise<{ cpu: number; time: number }> {
  const request = { text, voiceId: "emulator-v1-bold", speed: 20 };
  const before = process.cpuUsage();
  const start = performance.now();
  for await (const _ of narrate(client, request, { ...options, key }));
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1_000, time: performance.now() - start };
}

// Compiled code is measured, not the compiling.
await read(textOf(300).replaceAll("Энэ", "Тэр"), "warm-up");
[bytes, saves] = [0, 0];
const text = textOf(parts);
const first = await read(text);
const written = { bytes, saves };
const again = await read(text);
console.log(JSON.stringify({
  parts,
  bytesAPart: written.bytes / parts,
  savesAPart: written.saves / parts,
  cpuAPart: first.cpu / parts,
  timeAPart: first.time / parts,
  reopenCpu: again.cpu,
  charges: emulator.ledger.charges.length - 300,
}));
client.close();
await emulator.close();
