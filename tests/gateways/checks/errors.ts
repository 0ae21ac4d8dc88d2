// What a caller gets of a call that fails: where the status stands, and what the SDK makes of it.

import { TsetsenError } from "../../../mod.ts";
import { equal, ok, rejected } from "../../hosts/assert.ts";
import { all, call, type Check, rawCall, REQUEST, type Subject } from "../check.ts";

const STATUSES: readonly (readonly [name: string, charged: string])[] = [
  ["ServerError", "unknown"],
  ["ServerError", "unknown"],
  ["InvalidRequestError", "no"],
  ["TimeoutError", "unknown"],
  ["ResourceNotFoundError", "no"],
  ["ResourceNotFoundError", "unknown"],
  ["PermissionDeniedError", "no"],
  ["RateLimitExceededError", "no"],
  ["InvalidRequestError", "no"],
  ["ServerError", "unknown"],
  ["InvalidRequestError", "no"],
  ["ServerError", "no"],
  ["ServerError", "unknown"],
  ["ServiceUnavailableError", "unknown"],
  ["ServerError", "unknown"],
  ["AuthenticationError", "no"],
];

async function statuses(subject: Subject, way: "unary" | "before" | "after"): Promise<void> {
  for (const [index, [name, charged]] of STATUSES.entries()) {
    const code = index + 1;
    const script = way === "unary" ? { code } : { code, after: way === "before" ? 0 : 2 };
    const { client } = call(subject, { ...script, message: `It is ${code}.` });
    using _ = client;
    const work = way === "unary"
      ? client.generateSpeech(REQUEST)
      : all(client.streamSpeech(REQUEST));
    const error = await rejected(work);
    ok(error instanceof TsetsenError, `status ${code}: ${error}`);
    const paid = way === "after" ? "yes" : charged;
    equal([error.name, error.statusCode, error.charged, error.rawMessage], [
      name,
      code,
      paid,
      `It is ${code}.`,
    ]);
  }
}

export const errors: readonly Check[] = [
  ...(["unary", "before", "after"] as const).map((way): Check => ({
    name: `Client makes the right class of every status, ${
      { unary: "of a unary call", before: "before a stream", after: "in a stream" }[way]
    }`,
    run: (subject) => statuses(subject, way),
  })),
  {
    name: "Client reads messages of errors in any script",
    async run(subject) {
      for (const message of ["Үлдэгдэл 100 % биш: «дахин» 🎙️", "second\nline\tand 50%25"]) {
        const { client } = call(subject, { code: 13, message });
        using _ = client;
        equal((await rejected(client.getUserBalance()) as TsetsenError).rawMessage, message);
      }
    },
  },
  {
    name: "Client keeps the trailing metadata of an error as details",
    async run(subject) {
      for (const way of ["unary", "stream"]) {
        const { client } = call(subject, { code: 9, message: "no", after: 1 });
        using _ = client;
        const work = way === "unary"
          ? client.generateSpeech(REQUEST)
          : all(client.streamSpeech(REQUEST));
        equal((await rejected(work) as TsetsenError).details["x-trace"], "abc", way);
      }
    },
  },
  {
    name: "An error of a unary call stands where the protocol lets it",
    async run(subject, facts) {
      for (
        const [method, name] of [["GetUserBalance", "errors, unary"], [
          "StreamSpeech",
          "errors, stream",
        ]] as const
      ) {
        const response = await rawCall(subject, method, "id=raw;code=5;message=no;after=0");
        const body = new TextDecoder().decode(await response.bytes());
        const inHeaders = response.headers.get("grpc-status") === "5";
        ok(inHeaders || /grpc-status: ?5/i.test(body), "no grpc-status");
        facts[name] = inHeaders ? "headers" : "trailers frame";
      }
    },
  },
];
