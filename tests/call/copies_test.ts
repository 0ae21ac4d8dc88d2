// Two copies of the package in one program: what one has bought, the other knows. Development servers, bundlers and package
// managers make more than one.

import { assert, assertEquals } from "@std/assert";
import { bundleForBrowser } from "../../examples/browser/bundle.ts";
import * as sdk from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { keptAudio, saveAudio } from "../../src/file/mod.ts";
import { ROOT } from "../hosts/tools.ts";
import { failure, GENERATE, STREAM } from "../support/rig.ts";

/** Another copy of the package, of which nothing is shared with this one. */
async function otherCopy(entry: string): Promise<typeof sdk> {
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeFile(file, await bundleForBrowser(`${ROOT}${entry}`));
    return await import(`file://${file}`);
  } finally {
    await Deno.remove(file);
  }
}

async function open(entry: string, options?: Parameters<typeof startEmulator>[0]) {
  const stack = new AsyncDisposableStack();
  const emulator = stack.use(await startEmulator(options));
  const copy = await otherCopy(entry);
  const client = new copy.Client({ apiKey: emulator.apiKey, endpoint: emulator.url });
  stack.defer(() => client.close());
  assert(!(client instanceof sdk.BaseClient), "it is a copy");
  return { emulator, copy, client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

for (const entry of ["mod.ts", "src/lean/mod.ts"]) {
  Deno.test(`retry submits once when it follows a job of another copy, ${entry}`, async () => {
    await using it = await open(entry);
    const { emulator, client } = it;
    emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "CheckStatus", times: 3 });
    const work = async () => {
      const job = await client.submit(GENERATE);
      return await job.wait({ maxRetries: 0 });
    };
    const error = await failure(sdk.ServiceUnavailableError, sdk.retry(work, { baseDelay: 1 }));
    assertEquals(error.requestId, emulator.jobs[0]?.requestId);
    assertEquals(emulator.ledger.charges.length, 1);
  });

  Deno.test(`interruptedJobs and isSafeToRetry know a job of another copy, ${entry}`, async () => {
    await using it = await open(entry, { queueTime: 600_000 });
    const { emulator, copy, client } = it;
    const controller = new AbortController();
    const waiting = client.speak(GENERATE, { signal: controller.signal, pollInterval: 1 });
    const failed = waiting.then(() => assert(false), (error: unknown) => error);
    const { promise: polled, resolve } = Promise.withResolvers<void>();
    emulator.addFault({
      kind: "hang",
      method: "CheckStatus",
      when: () => (resolve(), true),
    });
    await polled;
    controller.abort();
    const error = await failed;
    const expected = [{ requestId: emulator.jobs[0]!.requestId, charged: "yes" }] as const;
    assertEquals(sdk.interruptedJobs(error), expected);
    assertEquals(copy.interruptedJobs(error), expected);
    assertEquals([sdk.isSafeToRetry(error), copy.isSafeToRetry(error)], [false, false]);
  });

  Deno.test(`saveAudio keeps what had come of a paid stream of another copy, ${entry}`, async () => {
    await using it = await open(entry);
    const folder = await Deno.makeTempDir();
    try {
      it.emulator.addFault({ kind: "stream", bytes: 1e12, method: "StreamSpeech" });
      const controller = new AbortController();
      const stream = it.client.streamSpeech(STREAM, {
        signal: controller.signal,
        onProgress: ({ bytes }) => bytes > 100_000 && controller.abort(),
      });
      const error = await saveAudio(`${folder}/speech.wav`, stream).catch((error) => error);
      assert(error === controller.signal.reason, `${error}`);
      const [path, ...others] = keptAudio(error);
      assertEquals(others, []);
      assert((await Deno.stat(path!)).size > 40_000);
      assertEquals(it.copy.isSafeToRetry(error), false);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
