import { Gender, RequestStatus } from "@tsetsen/sdk";
import { equal, ok, rejected } from "../assert.ts";
import { type Case, SPEECH, Stand } from "../context.ts";

const group = "Every method";

export const methods: Case[] = [
  {
    group: "A key in a browser is refused",
    name: "Client refuses a key in a browser, and nowhere else, unless told otherwise",
    async run(context) {
      await using stand = await Stand.open(context);
      const make = (options: object) => () =>
        stand.client({ dangerouslyAllowBrowser: false, ...options }).close();
      const told = await Promise.resolve().then(make({})).then(() => "made", String);
      const inPage = "document" in globalThis;
      ok(
        inPage ? told.startsWith("AuthenticationError: ") : told === "made",
        `${inPage ? "in a page" : "not in a page"}: ${told}`,
      );
      ok(!told.includes(stand.apiKey), "the key shows in the error");
      make({ apiKey: null })();
      make({ dangerouslyAllowBrowser: true })();
    },
  },
  {
    group,
    name: "Client.listVoices answers the voices of a version",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const { voices } = await client.listVoices({ version: "beta-v0.2", skipCache: true });
      const [request] = await stand.requests("ListVoices");
      equal(request?.message, { apiKey: stand.apiKey, version: "beta-v0.2", skipCache: true });
      return voices.map(({ id, name, gender, language }) => [id, name, Gender[gender], language]);
    },
  },
  {
    group,
    name:
      "Client.generateSpeech submits, checkStatus follows, downloadAudio fetches, getUserBalance pays",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const before = (await client.getUserBalance()).credits;
      const { requestId, status } = await client.generateSpeech({ ...SPEECH, speed: 1.5 });
      equal(status, RequestStatus.PENDING);
      const done = await client.checkStatus(requestId);
      equal(done.requestId, requestId);
      const audio = await client.downloadAudio(done).bytes();
      equal(String.fromCharCode(...audio.subarray(0, 4)), "RIFF");
      equal(before - (await client.getUserBalance()).credits, done.metrics?.creditsUsed);
      const [sent] = await stand.requests("GenerateSpeech");
      const { text, voiceId, version } = SPEECH;
      equal(sent?.message, { apiKey: stand.apiKey, text, voiceId, speed: 1.5, version }, "message");
      const [download] = await stand.requests("Audio");
      ok(!JSON.stringify(download).includes(stand.apiKey), "the download carries the key");
      return { status: RequestStatus[done.status], metrics: done.metrics, bytes: audio.length };
    },
  },
  {
    group,
    name: "Client.streamSpeech streams the bytes that a download of the same text has",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const streamed = await client.streamSpeech(SPEECH).wav();
      const { requestId } = await client.generateSpeech(SPEECH);
      const file = await client.downloadAudio(await client.checkStatus(requestId)).bytes();
      equal(await hash(streamed), await hash(file));
      return [streamed.length, await hash(streamed)];
    },
  },
  {
    group: "A key for one call",
    name: "Client takes another key for one call, in the body and in both headers",
    async run(context) {
      const [own, other] = ["tsetsen-development-own", "tsetsen-prod-other"];
      await using stand = await Stand.open(context, { apiKeys: { [own]: 1_000, [other]: 500 } });
      using client = stand.client({ apiKey: own });
      const credits = [
        (await client.getUserBalance()).credits,
        (await client.getUserBalance({ apiKey: other })).credits,
      ];
      equal(credits, [1_000, 500]);
      await client.generateSpeech({ ...SPEECH, apiKey: other });
      await client.streamSpeech({ ...SPEECH, apiKey: other }).bytes();
      const { charges, requests } = await stand.state();
      equal(charges.map(({ account }) => account), [1, 1], "who paid");
      for (const { headers, message } of requests.slice(1)) {
        equal([headers["x-api-key"], headers["x-goog-api-key"], message?.["apiKey"]], [
          other,
          other,
          other,
        ]);
      }
    },
  },
  {
    group: "A key for one call",
    name: "Client without a key sends none",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client({ apiKey: null, maxRetries: 0 });
      const error = await rejected(client.getUserBalance());
      const [request] = await stand.requests("GetUserBalance");
      const names = Object.keys(request?.headers ?? {}).filter((name) => name.includes("key"));
      equal(names, []);
      return String(error);
    },
  },
];

async function hash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
