import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvalidRequestError } from "../../mod.ts";
import { batch, memoryStore, narrate, type NarrationState, plan } from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, VOICE } from "./setup.ts";

const REQUEST = { text: "Нэг.", ...VOICE } as const;

Deno.test("narrate and batch check the type of every option, those that spend money above all", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const wrong: Record<string, unknown[]> = {
    retryUnknown: ["false", "true", 0, 1, null, {}],
    retryLost: ["false", 1, null],
    minBalance: ["100", null, true],
    concurrency: ["3", null],
    method: [1, null],
    store: ["folder", null, 1, {}, { load: () => {} }, { ...memoryStore(), saveAudio: undefined }],
    key: [1, null, {}],
    resume: ["{}", null, [], 1],
    pollInterval: ["1", null],
    partTimeout: ["1"],
    rateLimitTimeout: ["1", null],
    signal: [{}, null, true],
    onProgress: [{}, "f"],
  };
  const cut: Record<string, unknown[]> = {
    captions: [true, 1],
    joinParagraphs: ["false", 0],
    maxCharacters: ["100", null],
    pauses: [5, null, []],
    pauseScale: ["1"],
    paragraphs: [true],
  };
  // deno-lint-ignore no-explicit-any -- wrong on purpose
  const refuse = (run: (options: any) => unknown, cases: Record<string, unknown[]>) => {
    for (const [name, values] of Object.entries(cases)) {
      for (const value of values) {
        const error = assertThrows(() => run({ [name]: value }), TypeError, name);
        assert(!error.message.includes("undefined"), error.message);
      }
    }
  };
  refuse((options) => narrate(client, REQUEST, options), { ...wrong, ...cut });
  refuse((options) => batch(client, [REQUEST], options), { ...wrong, audio: [1, null] });
  refuse((options) => plan("Нэг.", options), { ...cut, speed: ["1"], charactersPerSecond: ["15"] });
  for (
    const options of [{ minBalance: 0.5 }, { concurrency: 0 }, { key: "" }, { captions: "word" }]
  ) {
    assertThrows(() => narrate(client, REQUEST, options as never), RangeError);
  }
  assertThrows(
    () => narrate(client, { ...REQUEST, text: "А.\n\nБ." }, { pauses: { paragraph: 1e9 } }),
    RangeError,
    "hour",
  );
  assertEquals(emulator.requests.length, 0);
});

Deno.test("narrate, batch and plan refuse an option that there is not, and name the nearest", async () => {
  await using rig = await setUp();
  for (
    const [name, nearest] of [
      ["retryUnkown", "retryUnknown"],
      ["minbalance", "minBalance"],
      ["retrylost", "retryLost"],
      ["stores", "store"],
      ["caption", "captions"],
      ["onprogress", "onProgress"],
      ["pollIntervall", "pollInterval"],
      ["__proto", "method"],
    ] as const
  ) {
    const options = { [name]: true };
    const error = assertThrows(
      () => narrate(rig.client, REQUEST, options as never),
      TypeError,
      name,
    );
    if (name !== "__proto") assert(error.message.includes(nearest), error.message);
  }
  assertThrows(() => batch(rig.client, [REQUEST], { captions: "sentence" } as never), TypeError);
  assertThrows(() => plan("Нэг.", { sped: 2 } as never), TypeError, "speed");
  assertEquals(rig.emulator.requests.length, 0);
});

Deno.test("narrate speaks a part whose state from elsewhere says that it is done and has no samples", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const request = { text: paragraphs(3), ...VOICE };
  const first = narrate(client, request, FAST);
  const bytes = await first.bytes();
  const state = first.state as NarrationState;
  const resume = { ...state, parts: state.parts.map((part) => ({ ...part, samples: 0 })) };
  assertEquals(await narrate(client, request, { ...FAST, resume }).bytes(), bytes);
  assertEquals(paid(emulator).length, 3);
  const parts = state.parts.map(({ requestId: _, ...part }) => ({ ...part, samples: 0 }));
  const lost = narrate(client, request, { ...FAST, resume: { ...state, parts } });
  assertEquals((await failure(InvalidRequestError, lost.bytes())).charged, "yes");
});
