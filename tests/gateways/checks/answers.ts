// What a caller gets of a call that goes well.

import { equal, ok } from "../../hosts/assert.ts";
import { all, call, type Check, KEY, REQUEST } from "../check.ts";

export const answers: readonly Check[] = [
  {
    name: "Client.getUserBalance reads the answer",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      equal((await client.getUserBalance()).credits, 1234);
    },
  },
  {
    name: "Client.listVoices reads Cyrillic",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      equal((await client.listVoices()).voices[0]?.name, "Болд");
    },
  },
  {
    name: "Client sends the key in the message and in both headers, its name, and its deadline",
    async run(subject) {
      const { id, client } = call(subject, {});
      using _ = client;
      await client.generateSpeech(REQUEST, { timeout: 5_000 });
      const begin = await subject.told(id, "begin", 9_000);
      equal([begin?.key, ...begin?.headers?.slice(0, 2) ?? []], [KEY, KEY, KEY]);
      ok(begin?.headers?.[2]?.startsWith("tsetsen-sdk-ts/"), "no x-user-agent");
      const { left } = begin!;
      ok(left != null && left > 2_000 && left <= 5_000, `the deadline is ${left} ms`);
    },
  },
  {
    name: "Client sends a text of 60 kB",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      const text = "уншина ".repeat(4_600);
      equal((await client.generateSpeech({ ...REQUEST, text })).requestId, "job-1");
    },
  },
  {
    name: "Client has fifty calls answered at once",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.getUserBalance()));
      ok(answers.every(({ credits }) => credits === 1234), "other answers");
    },
  },
  {
    name: "SpeechStream gives the service's bytes",
    async run(subject) {
      const { client } = call(subject, { bytes: 4_801, chunks: 6 });
      using _ = client;
      const bytes = await all(client.streamSpeech(REQUEST));
      equal(bytes.length, 28_806);
      ok(bytes.every((byte, index) => byte === (index * 7 & 255)), "other bytes");
    },
  },
  {
    name: "SpeechStream gives chunks of 1 MB",
    async run(subject) {
      const { client } = call(subject, { bytes: 1_000_000, chunks: 3 });
      using _ = client;
      let length = 0;
      for await (const chunk of client.streamSpeech(REQUEST)) length += chunk.length;
      equal(length, 3_000_000);
    },
  },
  {
    name: "SpeechStream gives the first audio while the rest is not made",
    async run(subject) {
      const { id, client } = call(subject, { interval: 2_000, chunks: 3 });
      using _ = client;
      const stream = client.streamSpeech(REQUEST);
      await stream.next();
      equal(await subject.told(id, "end", 0), undefined, "the end");
      await stream.cancel();
    },
  },
];
