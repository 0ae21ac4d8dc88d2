/**
 * A Cloudflare Worker that speaks.
 *
 * - `GET /voices`: the voices.
 * - `POST /say` with `{ "text": …, "voice": … }`: a WAV, sent while it is synthesised.
 * - `POST /jobs` with the same: submits, and answers at once with the id of the job.
 * - `GET /jobs/<id>` and `GET /jobs/<id>/audio`: the rest of it, in later requests. They cost nothing.
 *
 * What costs credits is a POST of JSON, because links, prefetches, players that ask for a range, and forms of other sites
 * send none. Whoever can reach the Worker spends your credits all the same: put a login or a rate limit in front
 * (Cloudflare Access, a WAF rule).
 *
 * @module
 */

import { Client, InvalidRequestError, RequestStatus, ResourceNotFoundError } from "@tsetsen/sdk";
import { toProblem } from "./problem.ts";

/** What wrangler.jsonc and `wrangler secret put` give. */
export interface Env {
  readonly TSETSEN_API_KEY: string;
  readonly TSETSEN_API_ENDPOINT?: string;
}

/** The longest text, in characters: it bounds what one request can cost. */
const MAX_CHARACTERS = 500;
/** Room for the longest text, each of its characters escaped, and for the rest of the JSON. */
const MAX_BODY_BYTES = 12 * MAX_CHARACTERS + 1_000;
const VERSION = "beta-v0.2";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await answer(request, env);
    } catch (error) {
      return toProblem(error);
    }
  },
};

async function answer(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { method } = request;
  const client = connect(env);
  const [, id, rest] = /^\/jobs\/([\w.-]{1,100})(\/audio)?$/.exec(pathname) ?? [];

  if (method === "GET" && pathname === "/voices") {
    return Response.json(await client.listVoices({ version: VERSION }));
  }
  if (method === "POST" && pathname === "/say") {
    const { text, voice } = await readJson(request);
    // Resolves with the first audio. When the listener leaves, then or earlier, the synthesis ends.
    return await client.streamSpeech(checkSpeech(text, voice)).toResponse();
  }
  if (method === "POST" && pathname === "/jobs") {
    const { text, voice } = await readJson(request);
    const job = await client.submit({ ...checkSpeech(text, voice), version: VERSION });
    const location = `/jobs/${job.requestId}`;
    return Response.json({ id: job.requestId }, { status: 202, headers: { location } });
  }
  if (method === "GET" && id !== undefined && rest === undefined) {
    const { status, errorMessage: error, metrics } = await client.checkStatus(id);
    const audio = status === RequestStatus.COMPLETED ? `/jobs/${id}/audio` : undefined;
    const seconds = metrics?.audioLength;
    return Response.json({ id, status: RequestStatus[status] ?? status, audio, seconds, error });
  }
  if (method === "GET" && id !== undefined) {
    // A job that is not done within 20 s becomes a 504 that says when to ask again.
    const audio = await client.job(id).audio({ timeout: 20_000 });
    // Players ask for ranges: they cost nothing, however many.
    return await audio.toResponse({ request });
  }
  throw new ResourceNotFoundError("There is no such page.");
}

function connect(env: Env): Client {
  return new Client({
    apiKey: env.TSETSEN_API_KEY,
    endpoint: env.TSETSEN_API_ENDPOINT || undefined,
    // A visitor hears at once how long to wait, instead of waiting here.
    maxRetries: 0,
  });
}

function checkSpeech(text: unknown, voiceId: unknown): { text: string; voiceId: string } {
  if (typeof text !== "string" || text.trim() === "" || [...text].length > MAX_CHARACTERS) {
    throw new InvalidRequestError(`text must have 1 to ${MAX_CHARACTERS} characters`);
  }
  if (typeof voiceId !== "string" || voiceId === "") {
    throw new InvalidRequestError("voice must be the id of a voice: GET /voices lists them");
  }
  return { text, voiceId };
}

async function readJson(request: Request): Promise<{ text?: unknown; voice?: unknown }> {
  const type = request.headers.get("content-type") ?? "";
  // A page of another site can send JSON only after a question to this Worker, which answers none.
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new InvalidRequestError("content-type must be application/json");
  }
  try {
    const body: unknown = JSON.parse(await readText(request.body));
    if (typeof body === "object" && body !== null) return body;
  } catch (error) {
    if (error instanceof InvalidRequestError) throw error;
    // What is no JSON gets the answer below.
  }
  throw new InvalidRequestError('The body must be JSON as in { "text": "…", "voice": "…" }');
}

/** Reads a text of bounded length. */
async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new InvalidRequestError(`The body must have at most ${MAX_BODY_BYTES} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
