// Feeds the default client and the lean one the same answers and compares what becomes of them.
//
//   deno task test:differential 50000 [SEED]

import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { type BaseClient, Client as DefaultClient, TsetsenError } from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { toHex } from "../support/hex.ts";
import { type Answer, answers, KEY, TEXT } from "./answers.ts";

/** Gives both clients `count` answers. Throws the smallest one, as far as fast-check finds it, that they treat differently. */
export async function compareClients(count: number, seed: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const outcome = await outcomeOf(DefaultClient, answer);
      assertEquals(await outcomeOf(LeanClient, answer), outcome);
      const kind = outcome.error === undefined ? "success" : outcome.error.name;
      seen[kind] = (seen[kind] ?? 0) + 1;
    }),
    { numRuns: count, seed },
  );
  return seen;
}

/** Everything that a caller can see of one call. */
interface Outcome {
  readonly value?: unknown;
  /** The audio that came before the end, good or bad. */
  readonly audio?: string;
  readonly error?: Record<string, unknown> & { readonly name: string };
}

type ClientClass = new (
  options: { apiKey: string; endpoint: string; maxRetries: number; fetch: typeof fetch },
) => BaseClient;

async function outcomeOf(Client: ClientClass, answer: Answer): Promise<Outcome> {
  const client = new Client({
    apiKey: KEY,
    endpoint: "tts.example:8443",
    maxRetries: 0,
    fetch: () => Promise.resolve(responseOf(answer)),
  });
  const chunks: Uint8Array[] = [];
  try {
    const value = await call(client, answer, chunks);
    return { value, audio: audioOf(chunks) };
  } catch (error) {
    if (!(error instanceof TsetsenError)) {
      return { audio: audioOf(chunks), error: { name: `${error}` } };
    }
    const { name, code, message, charged, requestId, statusCode, details, retryAfter } = error;
    const facts = { name, code, message, charged, requestId, statusCode, details, retryAfter };
    return { audio: audioOf(chunks), error: facts };
  } finally {
    client.close();
  }
}

async function call(
  client: BaseClient,
  { method }: Answer,
  chunks: Uint8Array[],
): Promise<unknown> {
  const speech = { text: TEXT, voiceId: "voice" };
  if (method === "generateSpeech") return await client.generateSpeech(speech);
  if (method === "checkStatus") return await client.checkStatus("job");
  if (method !== "streamSpeech") return await client[method]();
  for await (const samples of client.streamSpeech(speech)) chunks.push(samples.slice());
  return undefined;
}

function audioOf(chunks: readonly Uint8Array[]): string {
  return chunks.map(toHex).join(" | ");
}

function responseOf({ status, headers, chunks, isCut }: Answer): Response {
  let next = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk !== undefined) controller.enqueue(chunk.slice());
      else if (isCut) controller.error(new TypeError("error decoding response body"));
      else controller.close();
    },
  });
  // A name may come twice. What HTTP does not allow in a value is left out, as a server would.
  const all = new Headers();
  for (const [name, value] of headers) all.append(name, value);
  return new Response(body, { status, headers: all });
}

if (import.meta.main) {
  const [count = "20000", seed = `${Date.now() & 0x7fffffff}`] = Deno.args;
  console.log(`${count} answers, seed ${seed}`);
  console.log(await compareClients(Number(count), Number(seed)));
}
