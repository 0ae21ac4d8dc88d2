import { Gender, RequestStatus } from "@tsetsen/sdk";
import { equal, ok } from "../../hosts/assert.ts";
import type { Case } from "../../hosts/context.ts";
import { audio, type Context, REQUEST, same, Service } from "../context.ts";

const group = "Every method";

export const methods: Case<Context>[] = [
  {
    group,
    name: "Client.listVoices reads Mongolian names, and its request arrives whole",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      const { voices } = await client.listVoices({ version: "beta-v0.2", skipCache: true });
      const [call] = await service.calls();
      equal(call?.message, { apiKey: service.apiKey, version: "beta-v0.2", skipCache: true });
      const [voice] = voices;
      equal([voice?.name, voice?.previewUrl], ["Болд", undefined]);
      return voices.map((voice) => [voice, Gender[voice.gender]]);
    },
  },
  {
    group,
    name: "Client.submit follows a job to its audio, which is fetched without the key",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("CheckStatus", { answer: { requestId: "job-1", status: "PENDING" } });
      await service.script("CheckStatus", {
        answer: { requestId: "job-1", status: "PROCESSING", metrics: { queueTime: 5 } },
      });
      const job = await client.submit({ ...REQUEST, speed: 1.5 });
      const seen: string[] = [];
      for await (const { status, changed } of job.watch({ pollInterval: 20 })) {
        if (changed) seen.push(RequestStatus[status]);
      }
      equal(seen, ["PENDING", "PROCESSING", "COMPLETED"]);
      const done = await client.checkStatus(job.requestId);
      const bytes = await client.downloadAudio(done).bytes();
      ok(same(bytes.subarray(4), audio(20_000)), "other bytes");
      const [submitted] = await service.calls();
      const { text, voiceId, version } = REQUEST;
      const sent = { apiKey: service.apiKey, text, voiceId, speed: 1.5, version };
      equal(submitted?.message, sent, "the request");
      const [download] = await service.downloads();
      const secret = JSON.stringify(download).replaceAll(`?key=${service.apiKey}`, "");
      ok(download !== undefined && !secret.includes(service.apiKey), "the download has the key");
      return [done.status, done.metrics];
    },
  },
  {
    group,
    name: "Client.getUserBalance reads a balance below zero",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("GetUserBalance", { answer: { credits: -2_000_000_000 } });
      equal((await client.getUserBalance()).credits, -2_000_000_000);
    },
  },
  {
    group,
    name:
      "Client keeps numbers that it does not know, and passes over fields that it does not know",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("CheckStatus", {
        answer: { requestId: "job-1", status: 42 },
        // Field 1999 as text, 2000 as a number, 2001 as 8 bytes.
        extra: "fa7c0161" + "807d9601" + "897d0102030405060708",
      });
      const { status } = await client.checkStatus("job-1");
      await service.script("ListVoices", { answer: { voices: [{ id: "x", gender: 9 }] } });
      const { voices } = await client.listVoices();
      equal([status, voices[0]?.gender], [42, 9]);
      return voices;
    },
  },
  {
    group: "Metadata",
    name:
      "Client sends the key in both headers, its name, its deadline, and nothing else of its own",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ timeout: 5_000, headers: { authorization: "Bearer mine" } });
      await client.getUserBalance();
      const [call] = await service.calls();
      const { metadata = {}, timeLeft } = call ?? {};
      const values = (name: string) => metadata[name];
      equal(values("x-api-key"), [service.apiKey]);
      equal(values("x-goog-api-key"), [service.apiKey]);
      equal(values("authorization"), context.ownHeaders ? undefined : ["Bearer mine"]);
      const name = context.ownHeaders ? /^tsetsen-sdk-ts-proxy\/\d/ : /^tsetsen-sdk-ts\/\d/;
      ok(name.test(values("x-user-agent")?.[0] ?? ""), "x-user-agent");
      ok(timeLeft != null && timeLeft > 3_000 && timeLeft <= 5_000, `timeLeft is ${timeLeft}`);
      // What the gateway and the runtimes add by themselves.
      const others = Object.keys(metadata).filter((name) =>
        !/^(x-(goog-)?api-key|authorization|x-user-agent|user-agent|x-forwarded-.*|x-envoy-.*|x-request-id|x-grpc-web|accept.*|sec-.*|origin|referer|dnt|priority|cache-control|pragma|grpc-accept-encoding|cf-.*)$/
          .test(name)
      );
      equal(others, [], "other metadata");
    },
  },
  {
    group: "Metadata",
    name: "Client has a hundred calls answered at once",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ maxRetries: 0 });
      await client.getUserBalance();
      const calls = Array.from({ length: 100 }, () => client.getUserBalance());
      for (const { credits } of await Promise.all(calls)) equal(credits, 1234);
      equal((await service.calls()).length, 101, "calls");
    },
  },
];
