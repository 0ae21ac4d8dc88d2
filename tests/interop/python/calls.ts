import { Gender, type GetUserBalanceResponse, type ListVoicesResponse } from "@tsetsen/sdk";
import { DEFAULT_ENDPOINT } from "../../../src/contract/endpoint.ts";
import { equal, ok } from "../../hosts/assert.ts";
import { askedAlike, cases, type Scenario, TEXT, VOICE } from "./scenario.ts";

const SPEECH = { text: TEXT, voiceId: VOICE } as const;

/** The voices with all their fields. */
function voices({ voices }: ListVoicesResponse): string {
  for (const { previewUrl } of voices) {
    ok(/^http.*\/audio\/voice-.*\.wav$/.test(previewUrl ?? ""), `the preview is ${previewUrl}`);
  }
  return voices.map(({ id, name, gender, language }) =>
    `${id} ${name} ${typeof gender === "string" ? gender : Gender[gender]} ${language}`
  ).join(", ");
}

const list: Scenario[] = [
  {
    name: "The endpoint when none is given",
    python: { call: "default_endpoint", client: { endpoint: null } },
    sdk: () => Promise.resolve(DEFAULT_ENDPOINT),
    show: (endpoint: string) => `\`${endpoint}\``,
    why: "The Python SDK's documentation names the other one.",
  },
  {
    name: "Voices of `beta-v0.1`",
    python: { call: "list_voices", arguments: { version: "beta-v0.1" } },
    sdk: (client) => client.listVoices({ version: "beta-v0.1" }),
    show: voices,
    check: askedAlike,
  },
  {
    name: "Voices of `beta-v0.2`, past the service's cache",
    python: { call: "list_voices", arguments: { version: "beta-v0.2", skip_cache: true } },
    sdk: (client) => client.listVoices({ version: "beta-v0.2", skipCache: true }),
    show: voices,
    check(python, sdk) {
      askedAlike(python, sdk);
      equal(python.requests[0]?.message?.["skipCache"], true);
    },
  },
  {
    name: "The version that is asked for when none is given",
    python: { call: "list_voices" },
    sdk: (client) => client.listVoices(),
    show: (_, { requests }) => `\`"${requests[0]?.message?.["version"]}"\``,
    why: "The Python SDK documents `beta-v0.1`, and leaves the choice to the service.",
  },
  {
    name: "Balance",
    python: { call: "get_user_balance" },
    sdk: (client) => client.getUserBalance(),
    show: ({ credits }: GetUserBalanceResponse) => `${credits} credits`,
    check: askedAlike,
  },
  {
    name: "A call's metadata, beside the key in `x-api-key` and `x-goog-api-key`",
    python: { call: "get_user_balance" },
    sdk: (client) => client.getUserBalance(),
    show: (_, { requests }) => {
      const { "grpc-timeout": timeout = "", "user-agent": agent = "", ...rest } =
        requests[0]?.headers ?? {};
      // Of 30 s, some has passed.
      const left = Number.parseInt(timeout) * { m: 1, u: 1e-3, S: 1e3 }[timeout.at(-1) ?? ""]!;
      ok(left > 25_000 && left <= 30_000, `the deadline is ${timeout}`);
      const agents = agent.split(" ").map((part) => part.replace(/\/.*/, "")).slice(0, 1);
      return [...agents, ...("x-user-agent" in rest ? ["x-user-agent"] : []), "deadline 30 s"]
        .join(", ");
    },
    why: "The Python SDK shows the name and version of its gRPC library only.",
  },
  {
    name: "A status and a gender that the SDK does not know (99)",
    arrange: (emulator) => emulator.addFault({ kind: "unknown-enum", times: Infinity }),
    python: { call: "list_voices" },
    sdk: async (client) => {
      const { voices } = await client.listVoices();
      const { requestId } = await client.generateSpeech(SPEECH);
      return [voices[0]!.gender, (await client.checkStatus(requestId)).status];
    },
    show: (numbers: number[]) => `the numbers ${numbers.join(", ")}`,
    why: "A newer service must not break an older program.",
  },
];

export const calls = cases("Calls", list);
