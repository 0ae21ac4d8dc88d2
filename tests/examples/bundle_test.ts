import { assert, assertEquals, assertRejects } from "@std/assert";
import type * as Sdk from "@tsetsen/sdk";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { bundleForBrowser } from "../../examples/browser/bundle.ts";
import { ROOT } from "../hosts/tools.ts";

async function load<T>(entry: string): Promise<{ module: T; bundle: Uint8Array<ArrayBuffer> }> {
  const bundle = await bundleForBrowser(entry);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/bundle.js`, bundle);
    return { module: await import(`file://${folder}/bundle.js`), bundle };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The entries, and how many bytes each may have. The default brings Connect-Web along, 34 kB by itself. */
const ENTRIES = [["src/lean/mod.ts", 39_000], ["mod.ts", 66_000]] as const;

// The process of esbuild ends a little after stop().
const ESBUILD = { sanitizeOps: false, sanitizeResources: false };

for (const [entry, bound] of ENTRIES) {
  Deno.test(
    `bundleForBrowser makes a client of ${entry} that works, in no more bytes than are promised`,
    ESBUILD,
    async () => {
      const { module, bundle } = await load<typeof Sdk>(`${ROOT}${entry}`);
      const packed = new Blob([bundle]).stream().pipeThrough(new CompressionStream("gzip"));
      const bytes = (await new Response(packed).bytes()).length;
      assert(bytes < bound, `${bytes} bytes gzipped`);
      await callAll(module);
    },
  );
}

async function callAll(sdk: typeof Sdk): Promise<void> {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  const { apiKey, url: endpoint } = emulator;
  const client = new sdk.Client({ apiKey, endpoint, secure: false, maxRetries: 0 });
  const request = { text: "Сайн", voiceId: "emulator-v2-bold", version: "beta-v0.2" } as const;
  assertEquals((await client.listVoices({ version: "beta-v0.2" })).voices[0]?.name, "Сарнай");
  assertEquals((await client.getUserBalance()).credits, 100_000);
  const job = await client.submit(request);
  assertEquals((await job.wait()).status, sdk.RequestStatus.COMPLETED);
  assert((await (await job.audio()).bytes()).length > 1_000);
  assert((await client.streamSpeech(request).bytes()).length > 1_000);
  // google.rpc.RetryInfo { retry_delay { seconds: 7 } }: details of an error are messages of their own.
  const details = [{ type: "google.rpc.RetryInfo", value: new Uint8Array([10, 2, 8, 7]) }];
  emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", details });
  const error = await assertRejects(() => client.submit(request), sdk.RateLimitExceededError);
  assertEquals((error as Sdk.RateLimitExceededError).retryAfter, 7_000);
  client.close();
}
