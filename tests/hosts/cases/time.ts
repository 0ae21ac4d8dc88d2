import { ClientClosedError, TimeoutError } from "@tsetsen/sdk";
import { endsAfter, equal, ok, rejected, sleep, until } from "../assert.ts";
import { type Case, type Context, SPEECH, Stand } from "../context.ts";

// After a garbage collection between an answer's headers and an abort, a bare fetch of Node or Deno no longer ends
// (nodejs/undici#3644): the answer would go on for as long as the service likes.

const group = "Abort and deadline";
const COLLECTED = "…after a garbage collection";

/** What hangs, each after the headers of its answer. */
const WAITS = {
  "a unary call": (stand: Stand, options: object) =>
    stand.client().getUserBalance({}, { maxRetries: 0, ...options }),
  "a stream": (stand: Stand, options: object) =>
    stand.client().streamSpeech(SPEECH, options).bytes(),
  "a download": (stand: Stand, options: object) =>
    stand.client().downloadAudio(
      { audioUrl: `${stand.web}/audio/voice-emulator-v2-bold.wav` },
      { maxRetries: 0, ...options },
    ).bytes(),
} as const;

const MOMENTS = { "": false, " after a garbage collection": true };

export const time: Case[] = [
  ...Object.entries(WAITS).flatMap(([what, start]) =>
    Object.entries(MOMENTS).flatMap(([when, collect]): Case[] => [
      {
        group: collect ? COLLECTED : group,
        name: `Client ends ${what} at its deadline${when}`,
        async run(context) {
          await using stand = await hanging(context);
          const work = start(stand, { timeout: 500 });
          work.catch(() => {});
          const ended = endsAfter(500, work);
          await headersCame(stand);
          if (collect) await collectGarbage(context);
          await ended;
          const error = await rejected(work);
          ok(error instanceof TimeoutError, String(error));
          await left(stand);
          return error.message;
        },
      },
      {
        group: collect ? COLLECTED : group,
        name: `Client ends ${what} at its abort${when}`,
        async run(context) {
          await using stand = await hanging(context);
          const controller = new AbortController();
          const reason = new Error("enough");
          const work = start(stand, { signal: controller.signal });
          work.catch(() => {});
          await headersCame(stand);
          if (collect) await collectGarbage(context);
          controller.abort(reason);
          await endsAfter(0, work);
          ok(await rejected(work) === reason, "not the signal's reason");
          await left(stand);
        },
      },
    ])
  ),
  {
    group,
    name: "Client ends a call at its deadline before any answer",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "hang" });
      const work = client.generateSpeech(SPEECH, { timeout: 300 });
      work.catch(() => {});
      await endsAfter(300, work);
      await left(stand);
      return String(await rejected(work));
    },
  },
  {
    group,
    name: "Client obeys AbortSignal.timeout and signals that have aborted already",
    async run(context) {
      await using stand = await hanging(context);
      using client = stand.client();
      const work = client.getUserBalance({}, { signal: AbortSignal.timeout(200) });
      work.catch(() => {});
      await endsAfter(200, work);
      const late = await rejected(work) as DOMException;
      const posts = (await stand.state()).posts.length;
      const reason = { own: "reason" };
      ok(
        await rejected(client.getUserBalance({}, { signal: AbortSignal.abort(reason) })) === reason,
        "not the signal's reason",
      );
      equal((await stand.state()).posts.length, posts, "requests");
      return late.name;
    },
  },
  {
    group,
    name: "Client.close ends what is under way",
    async run(context) {
      await using stand = await hanging(context);
      using client = stand.client();
      const work = client.getUserBalance();
      work.catch(() => {});
      await headersCame(stand);
      client.close();
      await endsAfter(0, work);
      await left(stand);
      const errors = [await rejected(work), await rejected(client.listVoices())];
      for (const error of errors) ok(error instanceof ClientClosedError, String(error));
      return errors.map(String);
    },
  },
];

async function hanging(context: Context): Promise<Stand> {
  const stand = await Stand.open(context);
  await stand.fault({ kind: "hang", afterBytes: 3 });
  await stand.fault({ kind: "hang", afterBytes: 3, method: "Audio" });
  return stand;
}

async function headersCame(stand: Stand): Promise<void> {
  await until("a request", async () => (await stand.state()).requests.length > 0);
  await sleep(100);
}

async function collectGarbage({ gc }: Context): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await gc?.();
    await sleep(20);
  }
}

/** The service has noticed that its client left: nothing goes on behind the caller's back. */
async function left(stand: Stand): Promise<void> {
  await until(
    "the service is left",
    async () => (await stand.state()).requests.at(-1)?.aborted === true,
    1_000,
  );
}
