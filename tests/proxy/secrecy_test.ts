import { assert, assertEquals } from "@std/assert";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  CheckStatusRequestSchema,
  CheckStatusResponseSchema,
  GenerateSpeechResponseSchema,
  ListVoicesResponseSchema,
  StreamSpeechResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { encodeWav, TsetsenError } from "../../mod.ts";
import { framed, post, startProxy, startUpstream, unframe } from "./setup.ts";
import { concat } from "../support/hex.ts";

const KEY = "tsetsen-prod-Zaya4Bold7Sarnai";
const text = "Сайн байна уу?";
const percent = [...KEY].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("");

function message<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>) {
  return framed(0, toBinary(schema, create(schema, init)));
}

/** What a service answers that gives the key away wherever it can. */
function answerTo(method: string, ending: string, url: string): Uint8Array[] {
  // google.rpc.Status { code: 9, message: KEY }
  const details = `\x08\x09\x12${String.fromCharCode(KEY.length)}${KEY}`;
  const trailer = framed(
    0x80,
    new TextEncoder().encode(
      `grpc-status: ${
        ending === "good" ? 0 : 9
      }\r\ngrpc-message: your key ${KEY} = ${percent}\r\n` +
        (ending === "good" ? "" : `grpc-status-details-bin: ${btoa(details)}\r\n`) +
        `x-key: ${KEY}\r\nx-${KEY}: 1\r\n` +
        `x-lower: ${KEY.toLowerCase()}\r\nx-part: ${
          KEY.slice(0, 20)
        }\r\nx-percent: ${percent}\r\n` +
        `key-bin: ${btoa(KEY)}\r\n`,
    ),
  );
  const unknown = new Uint8Array([0xfa, 0x06, KEY.length, ...new TextEncoder().encode(KEY)]);
  switch (method) {
    case "ListVoices": {
      const voice = { id: KEY, name: `x${KEY}`, previewUrl: `https://x/?key=${KEY}` };
      const listed = message(ListVoicesResponseSchema, { voices: [voice, voice] });
      return [framed(0, new Uint8Array([...listed.slice(5), ...unknown])), trailer];
    }
    case "GenerateSpeech":
      return [message(GenerateSpeechResponseSchema, { requestId: `job-${KEY}` }), trailer];
    case "CheckStatus": {
      const done = message(CheckStatusResponseSchema, {
        requestId: KEY,
        status: 3,
        audioUrl: `${url}/files/${KEY}.wav?key=${KEY}`,
        errorMessage: `bad key ${KEY.slice(0, 18)}…`,
      });
      return [framed(0, new Uint8Array([...done.slice(5), ...unknown])), trailer];
    }
    default: {
      // Samples come first: text would be no audio.
      const samples = "\x00\x01\x00\x02".repeat(8);
      const audioChunk = new TextEncoder().encode(`${samples}..${KEY}${KEY.slice(0, 8)}${KEY}`);
      return [
        message(StreamSpeechResponseSchema, { audioChunk }),
        message(StreamSpeechResponseSchema, { audioChunk: audioChunk.slice(0, 52) }),
        message(StreamSpeechResponseSchema, {
          isFinal: true,
          errorMessage: ending === "good" ? "" : KEY,
        }),
        trailer,
      ];
    }
  }
}

/** A service that gives the key away. `pieces` is how many bytes it sends at once. */
function startGossip(pieces: number) {
  const state = { ending: "good", keys: new Set<string>() };
  const gossip: Record<string, string> = {
    "x-echo": KEY,
    "set-cookie": `key=${KEY}`,
    "retry-after": KEY,
    "etag": `"${KEY}"`,
    "server": KEY,
    [`x-${KEY}`]: "1",
  };
  const upstream = startUpstream(async (request) => {
    const { pathname, origin } = new URL(request.url);
    await request.arrayBuffer();
    const key = request.headers.get("x-api-key");
    if (key !== null) state.keys.add(key);
    if (pathname.startsWith("/files/")) {
      assertEquals(key, null, "no key goes to the audio's server");
      const wav = encodeWav(new TextEncoder().encode(KEY + KEY));
      return new Response(slowly(wav, pieces), {
        headers: { ...gossip, "content-type": `audio/${KEY}` },
      });
    }
    if (state.ending === "html") {
      return new Response(`<h1>${KEY}</h1>`, {
        status: 400,
        statusText: KEY,
        headers: { ...gossip, "content-type": "text/html" },
      });
    }
    const headers = { ...gossip, "content-type": `application/grpc-web+proto; key=${KEY}` };
    if (state.ending === "headers") {
      return new Response(null, {
        headers: { ...headers, "grpc-status": "9", "grpc-message": `${KEY} ${percent}` },
      });
    }
    const method = pathname.split("/").pop()!;
    return new Response(slowly(concat(...answerTo(method, state.ending, origin)), pieces), {
      headers,
    });
  });
  return Object.assign(upstream, { state });
}

function slowly(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      // A pause, so that the pieces travel one by one.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += size));
    },
  }, { highWaterMark: 0 });
}

for (const pieces of [3, 19, 100_000]) {
  Deno.test(`createProxy sends the key in no byte to the page, from a service that tells it in pieces of ${pieces}`, async () => {
    await using upstream = startGossip(pieces);
    for (const audio of pieces > 50 ? [true, false] : [true]) {
      await using t = startProxy({
        apiKey: KEY,
        endpoint: upstream.url,
        audio,
        voices: undefined,
        log: (event) => assert(!JSON.stringify(event).includes(KEY)),
      });
      const calls: (() => Promise<unknown>)[] = [
        () => t.page.listVoices(),
        () => t.page.generateSpeech({ text, voiceId: "v" }),
        () => t.page.checkStatus("job"),
        () => t.page.streamSpeech({ text, voiceId: "v" }).bytes(),
      ];
      for (const ending of ["good", "status", "headers", "html"]) {
        upstream.state.ending = ending;
        for (const call of calls) {
          const outcome = await call().catch((error) => error);
          assertEquals(outcome instanceof TsetsenError, ending !== "good", `${ending} ${outcome}`);
        }
      }
      if (audio) {
        upstream.state.ending = "good";
        const bytes = await t.page.downloadAudio(await t.page.checkStatus("job")).bytes();
        assertEquals(new TextDecoder().decode(bytes.slice(44)), "*".repeat(2 * KEY.length));
      }
      const received = t.received();
      assert(received.length > 4_000, `${received.length}`);
      assert(received.includes("*".repeat(KEY.length)), "the key was there to hide");
      for (
        const form of [
          KEY,
          KEY.toLowerCase(),
          KEY.slice(5, 20),
          KEY.slice(13),
          percent,
          btoa(KEY).slice(0, 16),
        ]
      ) {
        const at = received.toLowerCase().indexOf(form.toLowerCase());
        assert(at < 0, `${form} in ${received.slice(Math.max(0, at - 200), at + 80)}`);
      }
      for (const name of ["set-cookie", "etag", "server"]) {
        assert(!received.toLowerCase().includes(`\n${name}:`), name);
      }
      // In base64 at any of the three places where it can begin.
      for (const blob of received.match(/[\w+/-]{16,}/g) ?? []) {
        const plain = blob.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
        const whole = plain.slice(0, plain.length - (plain.length % 4 === 1 ? 1 : 0));
        assert(!atob(whole).includes(KEY), blob);
      }
    }
    assertEquals([...upstream.state.keys], [KEY], "the service did get the key");
  });
}

Deno.test("createProxy does not show the address of the audio, nor where the service is", async () => {
  await using upstream = startGossip(100_000);
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const response = await post(t.url, "CheckStatus", CheckStatusRequestSchema, { requestId: "r" });
  const { audioUrl } = unframe(CheckStatusResponseSchema, await response.bytes());
  assert(audioUrl.startsWith(`${t.url}/audio/`), audioUrl);
  assert(!t.received().includes(new URL(upstream.url).port));
});
