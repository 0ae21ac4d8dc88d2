/**
 * A Cloudflare Worker that narrates texts of any length, durably. Every request needs `authorization: Bearer <NARRATION_TOKEN>`.
 *
 * - `PUT /narrations/<id>` with `{ "text": …, "voice": … }`, and `speed`, `version` and `captions: "sentence"` if you like: orders
 *   it. The id is yours: the same request again changes nothing and costs nothing.
 * - `GET /narrations/<id>`: how far it is, or what is wrong.
 * - `GET /narrations/<id>/audio.wav`, `…/captions.vtt`, `…/captions.srt`: the result.
 * - `POST /narrations/<id>/resume`: goes on after an error. What was bought is not bought again, but for the parts in
 *   `{ "buyAgain": [3] }`.
 *
 * @module
 */

import { TsetsenError } from "@tsetsen/sdk";
import { RESULTS } from "./join.ts";
import { type Env, findOrder, keepOrder, keys, type Ticket, toOrder } from "./order.ts";
import { forget } from "./purchase.ts";

export { Narration } from "./narration.ts";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (!await isAllowed(request, env)) return problem(401, "A bearer token is needed.");
    const [, id, rest = ""] = /^\/narrations\/(\w[\w-]{0,63})(?:\/([\w.]+))?$/
      .exec(new URL(request.url).pathname) ?? [];
    if (id === undefined) return problem(404, "There is PUT and GET /narrations/<id>.");
    const route = `${request.method} ${rest}`;
    if (route === "PUT ") return await order(request, env, id);
    if (route === "GET ") return await tell(env, id);
    if (route === "POST resume") return await resume(request, env, id);
    if (request.method === "GET" && Object.hasOwn(RESULTS, rest)) {
      return await send(env, keys.result(id, rest));
    }
    return problem(404, "There is no such page.");
  },

  /** One instance for each narration, however often its message is delivered. */
  async queue(batch: MessageBatch<Ticket>, env: Env): Promise<void> {
    for (const message of batch.messages) {
      try {
        await start(env, message.body.id);
        message.ack();
      } catch (error) {
        console.error(error);
        message.retry();
      }
    }
  },
};

async function order(request: Request, env: Env, id: string): Promise<Response> {
  let wanted;
  try {
    wanted = toOrder(await request.json().catch(() => undefined));
  } catch (error) {
    if (error instanceof TsetsenError) return problem(400, error.rawMessage);
    if (error instanceof TypeError || error instanceof RangeError) {
      return problem(400, error.message);
    }
    throw error;
  }
  if (!await keepOrder(env, id, wanted)) {
    return problem(409, "Another narration has this id: give it another.");
  }
  await env.QUEUE.send({ id });
  const parts = wanted.parts.length;
  const characters = wanted.parts.reduce((sum, part) => sum + part.characters, 0);
  return Response.json({ id, parts, characters }, { status: 202 });
}

async function tell(env: Env, id: string): Promise<Response> {
  const order = await findOrder(env, id);
  if (order === undefined) return problem(404, "There is no such narration.");
  const instance = await find(env, id);
  const { status, error, output } = await instance?.status() ?? {
    // Its message is still in the queue, or it ended long ago: instances are forgotten after some days.
    status: await env.BUCKET.head(keys.result(id, "audio.wav")) ? "complete" : "queued",
  };
  const silent = order.parts.filter(({ characters }) => characters === 0).length;
  const { objects } = await env.BUCKET.list({ prefix: keys.samples(id) });
  const done = objects.length + silent;
  const files = status === "complete" ? Object.keys(RESULTS) : undefined;
  const told = { id, status, parts: order.parts.length, done, error: error?.message };
  return Response.json({ ...told, ...output as object | null | undefined, files });
}

async function resume(request: Request, env: Env, id: string): Promise<Response> {
  const order = await findOrder(env, id);
  if (order === undefined) return problem(404, "There is no such narration.");
  const body: unknown = await request.json().catch(() => undefined);
  const { buyAgain = [] } = (body ?? {}) as { buyAgain?: unknown };
  const isPart = (part: unknown) => Number.isInteger(part) && order.parts[part as number - 1];
  if (!Array.isArray(buyAgain) || !buyAgain.every(isPart)) {
    return problem(400, `buyAgain must be a list of parts, each from 1 to ${order.parts.length}`);
  }
  const instance = await find(env, id);
  const { status } = await instance?.status() ?? {};
  // To forget a purchase that is just being made would be to make it twice.
  if (status !== undefined && status !== "errored" && status !== "terminated") {
    return problem(409, `It is ${status}: only one that ended with an error can be resumed.`);
  }
  await forget(env, id, buyAgain.map((part: number) => part - 1));
  if (instance === undefined) await start(env, id);
  else await instance.restart();
  return Response.json({ id }, { status: 202 });
}

async function start(env: Env, id: string): Promise<void> {
  try {
    await env.NARRATION.create({ id, params: { id } });
  } catch (error) {
    // That there is one already is what a message delivered twice meets.
    if (await find(env, id) === undefined) throw error;
  }
}

async function find(env: Env, id: string): Promise<WorkflowInstance | undefined> {
  try {
    return await env.NARRATION.get(id);
  } catch (error) {
    if (`${error}`.includes("not_found")) return undefined;
    throw error;
  }
}

async function send({ BUCKET }: Env, key: string): Promise<Response> {
  const object = await BUCKET.get(key);
  if (object === null) return problem(404, "It is not done yet.");
  const headers = new Headers({ "content-length": `${object.size}`, "cache-control": "no-store" });
  object.writeHttpMetadata(headers);
  return new Response(object.body, { headers });
}

/** Digests are compared, so that the time it takes tells nothing. */
async function isAllowed(request: Request, { NARRATION_TOKEN: token }: Env): Promise<boolean> {
  const digest = async (text: string) =>
    `${new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))}`;
  const given = request.headers.get("authorization") ?? "";
  return Boolean(token) && await digest(given) === await digest(`Bearer ${token}`);
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}
