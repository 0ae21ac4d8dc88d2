// The `fetch` of other packages as the option: what they give is not always a stream of the web.

import { assertEquals } from "@std/assert";
import { type RecordedRequest, startEmulator } from "../../src/emulator/mod.ts";
import { find } from "../support/runtimes.ts";
import { must, project, ROOT } from "./lab.ts";

const FETCHES = {
  "cross-fetch": "4.1.0",
  "make-fetch-happen": "14.0.3",
  "node-fetch": "3.3.2",
  "undici": "6.21.3",
};

Deno.test("Client works over the fetch of node-fetch 2 and 3, make-fetch-happen and undici, and over one without streams", async () => {
  await using lab = await project(FETCHES);
  await Deno.copyFile(`${ROOT}tests/package/programs/fetches.mjs`, `${lab.folder}/fetches.mjs`);
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  const hits = (kind: string) => ({
    times: Infinity,
    when: ({ headers }: RecordedRequest) => headers["x-fault"] === kind,
  });
  emulator.addFault({ kind: "http", status: 200, ...hits("html") });
  const location = `${emulator.url}/elsewhere`;
  emulator.addFault({ kind: "http", status: 307, headers: { location }, ...hits("redirect") });
  emulator.addFault({ kind: "drop", charged: true, ...hits("drop") });
  emulator.addFault({ kind: "hang", afterBytes: 20_000, ...hits("hang") });

  const program = [find("node", "TSETSEN_NODE"), "fetches.mjs", emulator.url];
  const lines = (await must(program, lab.folder)).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const [{ wav, pcm }] = lines;
  assertEquals(wav > 10_000 && pcm > 10_000, true);
  const expected = {
    credits: "number",
    id: true,
    plain: true,
    wav,
    pcm,
    left: true,
    html: ["ServerError", "unknown"],
    redirect: ["ServerError", "unknown"],
    drop: ["ConnectionError", "unknown"],
    aborted: ["enough", "yes"],
  };
  const names = [
    "nodeFetch",
    "crossFetch",
    "makeFetchHappen",
    "undiciFetch",
    "inOnePiece",
    "asGlobal",
  ];
  const wanted = names.flatMap((fetch) =>
    [false, true].map((lean) => ({ fetch, lean, ...expected }))
  );
  assertEquals(lines, wanted);
});
