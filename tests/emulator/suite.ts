// What an emulator must do on every runtime, server and client in one process, by Web APIs only. Each
// check answers nothing or throws; `runSuite` runs in a test on Deno, and in a host on Deno, Bun and Node.

import type { Fault } from "../../src/emulator/mod.ts";
import {
  equal,
  memory,
  rawStream,
  readUntilError,
  rejects,
  type Running,
  setUp,
  sleep,
} from "./setup.ts";
import { until } from "../support/until.ts";

export interface Result {
  readonly name: string;
  readonly error?: string;
  readonly ms: number;
}

const checks: Record<string, (running: Running) => Promise<void>> = {
  async "all five methods answer"({ client, apiKey, speech, emulator }) {
    const { voices } = await client.listVoices({ apiKey, version: "beta-v0.2" });
    equal(voices.length, 4);
    const { requestId } = await client.generateSpeech(speech);
    const { audioUrl } = await client.checkStatus({ apiKey, requestId });
    const file = new Uint8Array(await (await fetch(audioUrl)).arrayBuffer());
    let streamed = 0;
    for await (const { audioChunk } of client.streamSpeech(speech)) streamed += audioChunk.length;
    equal(streamed, file.length - 44);
    equal((await client.getUserBalance({ apiKey })).credits, 100_000 - emulator.ledger.total);
  },

  async "a range of a download is a part of the whole"({ emulator }) {
    const url = `${emulator.url}/audio/voice-emulator-v2-bold.wav`;
    const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const part = await fetch(url, { headers: { range: "bytes=1001-2000" } });
    equal(part.status, 206);
    equal(part.headers.get("content-length"), "1000");
    equal(
      String(new Uint8Array(await part.arrayBuffer())),
      String(whole.subarray(1001, 2001)),
    );
    const head = await fetch(url, { method: "HEAD" });
    equal(head.headers.get("content-length"), String(whole.length));
  },

  async "a drop on a new connection fails the call uncharged"({ emulator, client, speech }) {
    emulator.addFault({ kind: "drop", times: Infinity });
    await rejects(client.generateSpeech(speech));
    equal(emulator.ledger.charges.length, 0);
  },

  async "a charged drop fails the call and charges"({ emulator, client, speech }) {
    emulator.addFault({ kind: "drop", charged: true, times: Infinity });
    await rejects(client.generateSpeech(speech));
    if (emulator.ledger.charges.length < 1) throw new Error("not charged");
  },

  async "a drop in the body comes after its bytes"({ emulator, speech }) {
    for (const afterBytes of [0, 7, 100]) {
      emulator.addFault({ kind: "drop", afterBytes });
      const response = await rawStream(emulator.url, speech);
      equal(response.status, 200);
      const read = await readUntilError(response);
      equal(read.error, true);
      // Not always all of them: Bun's fetch throws away what it holds when the connection breaks.
      if (read.bytes > afterBytes) throw new Error(`${read.bytes} bytes instead of ${afterBytes}`);
    }
  },

  async "a truncated body ends cleanly"({ emulator, speech }) {
    emulator.addFault({ kind: "truncate", afterBytes: 100 });
    const read = await readUntilError(await rawStream(emulator.url, speech));
    equal(read.bytes, 100);
    equal(read.error, false);
  },

  async "a silent server notices that the client leaves"({ emulator, client, speech }) {
    emulator.addFault({ kind: "hang" });
    const leave = new AbortController();
    const call = client.generateSpeech(speech, { signal: leave.signal });
    await until(() => emulator.requests.length === 1);
    leave.abort();
    await rejects(call);
    await until(() => emulator.requests[0]?.aborted === true);
  },

  async "a server silent after its headers notices that the client leaves"({ emulator, speech }) {
    emulator.addFault({ kind: "hang", afterBytes: 0 });
    const leave = new AbortController();
    const response = await rawStream(emulator.url, speech, leave.signal);
    equal(response.status, 200);
    const reading = readUntilError(response);
    leave.abort();
    equal((await reading).error, true);
    await until(() => emulator.requests[0]?.aborted === true);
  },

  async "a stream stops when its reader leaves"({ emulator, speech }) {
    emulator.addFault({ kind: "stream", bytes: 2 ** 40 });
    const leave = new AbortController();
    const response = await rawStream(emulator.url, speech, leave.signal);
    const reader = response.body!.getReader();
    await reader.read();
    equal(emulator.activeStreams, 1);
    leave.abort();
    await reader.cancel().catch(() => {});
    await until(() => emulator.activeStreams === 0);
    equal(emulator.requests[0]?.aborted, true);
  },

  async "a paced stream stops when its reader leaves"({ emulator, speech }) {
    const leave = new AbortController();
    const long = { ...speech, text: "уншина ".repeat(500) };
    const response = await rawStream(emulator.url, long, leave.signal);
    const reader = response.body!.getReader();
    await reader.read();
    leave.abort();
    await reader.cancel().catch(() => {});
    await until(() => emulator.activeStreams === 0);
    equal(emulator.requests[0]?.aborted, true);
  },

  async "a stream waits for a slow reader"({ emulator, speech }) {
    emulator.addFault({ kind: "stream", bytes: 2 ** 40, chunkBytes: 65_536 });
    const leave = new AbortController();
    const response = await rawStream(emulator.url, speech, leave.signal);
    const reader = response.body!.getReader();
    await reader.read();
    const before = memory();
    await sleep(1_000);
    const grown = memory() - before;
    leave.abort();
    await reader.cancel().catch(() => {});
    if (grown > 64 * 2 ** 20) throw new Error(`memory grew by ${grown >> 20} MiB`);
    await until(() => emulator.activeStreams === 0);
  },

  async "a long stream arrives whole in flat memory"({ emulator, speech }) {
    const bytes = 300 * 2 ** 20;
    emulator.addFault({ kind: "stream", bytes, chunkBytes: 65_536 });
    const before = memory();
    const read = await readUntilError(await rawStream(emulator.url, speech));
    const frames = bytes / 65_536;
    if (read.bytes < bytes + 5 * frames) throw new Error(`only ${read.bytes} bytes`);
    const grown = memory() - before;
    if (grown > 150 * 2 ** 20) throw new Error(`memory grew by ${grown >> 20} MiB`);
  },

  async "odd pieces make the same body"({ emulator, client, speech }) {
    const faults: Fault[] = [
      { kind: "rechunk", bytes: 3 },
      { kind: "stream", chunkBytes: 1_001 },
    ];
    const lengths = [];
    for (const fault of faults) {
      emulator.addFault(fault);
      let length = 0;
      for await (const { audioChunk } of client.streamSpeech(speech)) length += audioChunk.length;
      lengths.push(length);
    }
    equal(lengths[0], lengths[1]);
  },

  async "close ends idle and hanging connections at once"({ emulator, client, speech, apiKey }) {
    await client.getUserBalance({ apiKey });
    emulator.addFault({ kind: "hang" });
    const call = client.generateSpeech(speech);
    call.catch(() => {});
    await until(() => emulator.requests.length === 2);
    const start = Date.now();
    await emulator.close();
    await rejects(call);
    // The hanging call would last for ever, and the idle connection for minutes.
    if (Date.now() - start > 5_000) throw new Error(`took ${Date.now() - start} ms`);
    await rejects(fetch(emulator.url));
  },
};

/** These measure the memory of the process, and so need one of their own. */
const MEASURE_MEMORY = [
  "a stream waits for a slow reader",
  "a long stream arrives whole in flat memory",
];

/**
 * Runs every check against an emulator of its own.
 *
 * @param isAlone Whether nothing else runs in this process. Default true; those that need it are left out otherwise.
 */
export async function runSuite(isAlone = true): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, check] of Object.entries(checks)) {
    if (!isAlone && MEASURE_MEMORY.includes(name)) continue;
    const start = Date.now();
    const running = await setUp();
    let error: string | undefined;
    try {
      await check(running);
    } catch (reason) {
      error = String(reason);
    }
    await running.emulator.close();
    results.push({ name, ms: Date.now() - start, ...(error !== undefined && { error }) });
  }
  return results;
}
