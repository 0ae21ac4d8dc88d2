import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Fault, ManualClock, type Route, startEmulator } from "../../src/emulator/mod.ts";
import { KEY } from "../support/rig.ts";
import { type Desk, jsonLines, MAIN, setUp } from "./setup.ts";

const SAY = ["say", "Сайн уу?", "-o", "x.wav", "--voice", "emulator-v1-bold"];
const STREAM = ["stream", "Сайн уу?", "-o", "x.wav", "--voice", "emulator-v2-bold"];
const ONCE = ["--retries", "0"];

const refusal = (method: Route, code: Extract<Fault, { kind: "error" }>["code"], message = "no") =>
  ({ kind: "error", method, code, message, times: Infinity }) as const;

interface Case {
  readonly args: readonly string[];
  readonly fault?: Fault;
  readonly env?: Record<string, string>;
  /** The exit code, and what the JSON error must say. */
  readonly exit: number;
  readonly name: string;
  readonly code: string;
  readonly charged: "no" | "unknown" | "yes" | null;
}

async function freeAddress(): Promise<string> {
  const emulator = await startEmulator();
  await emulator.close();
  return emulator.url;
}

const CASES: Readonly<Record<string, Case>> = {
  "no key": {
    args: ["balance"],
    env: { TSETSEN_API_KEY: "" },
    exit: 3,
    name: "AuthenticationError",
    code: "authentication_failed",
    charged: "no",
  },
  "a key that is not accepted": {
    args: SAY,
    fault: refusal("GenerateSpeech", "UNAUTHENTICATED"),
    exit: 3,
    name: "AuthenticationError",
    code: "authentication_failed",
    charged: "no",
  },
  "no permission": {
    args: ["voices"],
    fault: refusal("ListVoices", "PERMISSION_DENIED"),
    exit: 3,
    name: "PermissionDeniedError",
    code: "permission_denied",
    charged: null,
  },
  "a request that the service refuses": {
    args: SAY,
    fault: refusal("GenerateSpeech", "INVALID_ARGUMENT"),
    exit: 2,
    name: "InvalidRequestError",
    code: "invalid_request",
    charged: "no",
  },
  "no credits": {
    args: STREAM,
    fault: refusal("StreamSpeech", "RESOURCE_EXHAUSTED", "not enough credits"),
    exit: 4,
    name: "InsufficientCreditsError",
    code: "insufficient_credits",
    charged: "no",
  },
  "a balance below --min-balance": {
    args: [...SAY, "--min-balance", "1000000"],
    exit: 4,
    name: "InsufficientCreditsError",
    code: "insufficient_credits",
    charged: "no",
  },
  "a rate limit": {
    args: [...STREAM, ...ONCE],
    fault: refusal("StreamSpeech", "RESOURCE_EXHAUSTED", "slow down"),
    exit: 5,
    name: "RateLimitExceededError",
    code: "rate_limit_exceeded",
    charged: "no",
  },
  "no such job": {
    args: ["wait", "nothing"],
    exit: 6,
    name: "ResourceNotFoundError",
    code: "resource_not_found",
    charged: "unknown",
  },
  "a stream that breaks off before its first sound": {
    args: STREAM,
    fault: { kind: "drop", method: "StreamSpeech", charged: true },
    exit: 8,
    name: "ConnectionError",
    code: "connection_error",
    charged: "unknown",
  },
  "a submission that is not answered": {
    args: [...SAY, "--timeout", "300"],
    fault: { kind: "hang", method: "GenerateSpeech" },
    exit: 8,
    name: "TimeoutError",
    code: "timeout",
    charged: "unknown",
  },
  "a call that is not answered": {
    args: ["balance", "--timeout", "300"],
    fault: { kind: "hang", method: "GetUserBalance", times: Infinity },
    exit: 9,
    name: "TimeoutError",
    code: "timeout",
    charged: null,
  },
  "a lost connection": {
    args: ["balance", ...ONCE],
    fault: { kind: "drop", method: "GetUserBalance" },
    exit: 10,
    name: "ConnectionError",
    code: "connection_error",
    charged: null,
  },
  "no connection": {
    // Taken and let go of: nobody listens there.
    args: [...SAY, ...ONCE, "--endpoint", await freeAddress()],
    exit: 10,
    name: "ConnectionError",
    code: "connection_error",
    charged: "no",
  },
  "a service that is down": {
    args: ["voices", ...ONCE],
    fault: refusal("ListVoices", "UNAVAILABLE"),
    exit: 11,
    name: "ServiceUnavailableError",
    code: "service_unavailable",
    charged: null,
  },
  "a service that breaks": {
    args: ["balance"],
    fault: refusal("GetUserBalance", "INTERNAL"),
    exit: 12,
    name: "ServerError",
    code: "server_error",
    charged: null,
  },
  "an unknown option": {
    args: ["voices", "--loud"],
    exit: 2,
    name: "UsageError",
    code: "usage",
    charged: null,
  },
  "an endpoint that is none": {
    args: ["balance", "--endpoint", "ftp://x"],
    exit: 2,
    name: "InvalidRequestError",
    code: "invalid_request",
    charged: "no",
  },
  "plaintext to another machine without --insecure": {
    args: ["balance", "--endpoint", "http://127.0.0.1.example:1"],
    exit: 2,
    name: "InvalidRequestError",
    code: "invalid_request",
    charged: "no",
  },
};

Deno.test("tsetsen ends with the exit code of each failure, and tells it as JSON and to people", async (t) => {
  await using desk = await setUp();
  for (
    const [what, { args, fault, env = {}, exit, name, code, charged }] of Object.entries(CASES)
  ) {
    await t.step(what, async () => {
      const told = await broken(desk, fault, () => desk.run([...args, "--json"], { env }));
      assertEquals([told.code, told.stderr], [exit, ""], told.stdout);
      const { error } = jsonLines(told.stdout).at(-1);
      const { exitCode } = error;
      assertEquals({ ...error, name, code, charged, exitCode }, error);
      assertEquals(exitCode, exit);
      assertEquals([typeof error.message, "requestId" in error], ["string", true]);

      const { stdout, stderr } = await broken(desk, fault, () => desk.run(args, { env }));
      assertEquals(stdout, "");
      assertStringIncludes(stderr, `error: ${error.message}`);
      assertEquals(stderr.includes("tsetsen balance"), exit === 8);
      for (const secret of [KEY, "Сайн"]) assert(!(stderr + told.stdout).includes(secret));
    });
  }
});

async function broken<T>(
  { emulator, path }: Desk,
  fault: Fault | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const mend = fault === undefined ? () => {} : emulator.addFault(fault);
  try {
    return await run();
  } finally {
    mend();
    // What a failure of unknown outcome keeps would be taken up by the next.
    await Deno.remove(path("x.wav.tsetsen"), { recursive: true }).catch(() => {});
  }
}

Deno.test("tsetsen ends with 7 when a job has failed, and names the job", async () => {
  await using desk = await setUp({ failWhen: () => "the voice is hoarse" });
  const { emulator, run } = desk;
  const said = await run([...SAY, "--json"]);
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  assertEquals(said.code, 7);
  const { error } = jsonLines(said.stdout).at(-1);
  assertEquals([error.code, error.requestId, error.charged], ["job_failed", requestId, "yes"]);
  assertStringIncludes(error.resume, "tsetsen resume x.wav.tsetsen");
  const waited = await run(["wait", requestId]);
  assertEquals([waited.code, waited.stderr.includes("the voice is hoarse")], [7, true]);
  assertEquals((await run(["status", requestId])).code, 0);
});

Deno.test("tsetsen ends with 9 when a job takes longer than --job-timeout, and the job can be had later", async () => {
  const clock = new ManualClock();
  await using desk = await setUp({ clock, queueTime: 1_500 });
  const { run } = desk;
  const late = await run([...SAY, "--job-timeout", "200"]);
  assertEquals(late.code, 9);
  assertStringIncludes(late.stderr, "tsetsen resume x.wav.tsetsen");
  await clock.advance(1_500);
  assertEquals((await run(["resume", "x.wav.tsetsen"])).code, 0);
  assertEquals(desk.emulator.ledger.charges.length, 1);
});

Deno.test("tsetsen ends with 1 when the disk is full, and with 141 when the reader leaves", async () => {
  await using desk = await setUp();
  const shell = (line: string) =>
    desk.run([], { program: ["sh", "-c", line, Deno.execPath(), "run", "-A", "--no-check", MAIN] });
  const full = await shell('"$0" "$@" balance > /dev/full');
  assertEquals(full.code, 1);
  assertStringIncludes(full.stderr, "space left");
  const left = await shell('{ sleep 1; "$0" "$@" voices; echo "code $?" >&2; } | true');
  assertEquals(left.stderr, "code 141\n");
});

const BAD: Readonly<Record<string, readonly [args: readonly string[], says: string]>> = {
  "no command": [[], "Give a command"],
  "a command that there is not": [["sey"], "unknown command 'sey' (Did you mean say?)"],
  "a text in the place of a command": [["Сайн байна уу"], "unknown command (not shown)"],
  "no output": [["say", "Сайн"], "error: Say where the audio goes: -o FILE.wav, or -o - for"],
  "no output of a stream": [["stream", "Сайн"], "Say where the audio goes: -o FILE.wav"],
  "two texts": [["check", "Сайн", "уу"], "too many arguments"],
  "a text like an option": [["check", "-Сайн уу"], "Put -- before a text that begins with a dash."],
  "a number that is none": [
    ["say", "Сайн", "-o", "x.wav", "--speed", "fast"],
    "--speed must be a number above 0: got something else.",
  ],
  "a speed of 0": [
    ["say", "Сайн", "-o", "x.wav", "--voice", "v", "--speed", "0"],
    "--speed must be a number above 0: got 0.",
  ],
  "a timeout of 0": [["balance", "--timeout", "0"], "--timeout must be milliseconds above 0"],
  "a timeout that no timer has": [
    ["balance", "--timeout", "2147483648"],
    "at most 2147483647: got 2147483648.",
  ],
  "half a retry": [
    ["balance", "--retries", "0.5"],
    "--retries must be a whole number of at least 0: got 0.5.",
  ],
  "a part without a character": [
    ["say", "Сайн", "-o", "x.wav", "--max-characters", "0"],
    "--max-characters must be a whole number of at least 1",
  ],
  "a model that is no name": [
    ["voices", "--model", "Сайн"],
    "--model must be a name like beta-v0.2",
  ],
  "a voice that is empty": [
    ["say", "Сайн", "-o", "x.wav", "--voice", ""],
    "--voice must be the id of a voice",
  ],
  "a pause of no kind": [["say", "Сайн", "-o", "x.wav", "--pause", "constructor=1"], "kind=ms"],
  "a pause below 0": [
    ["say", "Сайн", "-o", "x.wav", "--voice", "v", "--pause", "comma=-1"],
    "--pause comma must be milliseconds from 0 to",
  ],
  "an output of another format": [
    ["say", "Сайн", "-o", "x.ogg"],
    "a name that ends in .wav, .mp3, .flac or .aac instead of .ogg",
  ],
  "a folder that is not there": [
    ["say", "Сайн", "-o", "no/x.wav"],
    "must be a folder that can be written to",
  ],
  "captions over the audio": [["say", "Сайн", "-o", "x.wav", "--srt", "./x.wav"], "named twice"],
  "a device": [["say", "Сайн", "-o", "/dev/null", "--force"], "is not a regular file"],
  "a file that is not there": [
    ["say", "buk.txt", "-o", "x.wav"],
    "error: There is no file buk.txt. Give the text",
  ],
  "a file with a Cyrillic name that is not there": [
    ["say", "нмо.txt", "-o", "x.wav"],
    "There is no file нмо.txt.",
  ],
  "a file with a name of several words that is not there": [
    ["stream", "миний анхны ном.txt", "-o", "x.wav"],
    "There is no file миний анхны ном.txt.",
  ],
  "a folder for a text": [["check", "."], ". is a folder"],
  "an empty text": [
    ["say", "  ", "-o", "x.wav", "--voice", "v"],
    "error: The text is empty: there is nothing to speak.",
  ],
  "an empty file": [["say", "empty.txt", "-o", "x.wav"], "error: empty.txt is empty: there is"],
  "an empty file to stream": [["stream", "empty.txt", "-o", "x.wav"], "empty.txt is empty"],
  "standard input that is empty": [["say", "-", "-o", "x.wav"], "Standard input is empty"],
  "a text of marks": [
    ["say", "* * *", "-o", "x.wav", "--voice", "v"],
    "text must hold a letter or a digit.",
  ],
  "a folder for the audio": [["say", "Сайн", "-o", "."], ". is a folder: give the name of a file"],
  "a folder for the captions, forced": [
    ["say", "Сайн", "-o", "x.wav", "--srt", ".", "--force"],
    ". is a folder",
  ],
  "an output that is empty": [["say", "Сайн", "-o", ""], "-o must name a file: got an empty"],
  "an output that is the name of a folder": [
    ["say", "Сайн", "-o", "new/"],
    "-o must name a file: new/ is the name of a folder.",
  ],
  "captions without a name": [
    ["say", "Сайн", "-o", "x.wav", "--srt", ""],
    "--srt must name a file: got an empty string.",
  ],
  "captions to standard output": [
    ["say", "Сайн", "-o", "x.wav", "--vtt", "-"],
    "--vtt must name a file: only the audio goes to standard output.",
  ],
  "captions of a resumed narration to standard output": [
    ["resume", "x.wav", "--srt", "-"],
    "--srt must name a file",
  ],
  "a state without a name": [
    ["say", "Сайн", "-o", "x.wav", "--state", ""],
    "--state must name a folder: got an empty string.",
  ],
  "a state under the name of the audio": [
    ["say", "Сайн", "-o", "x.wav", "--state", "./x.wav", "--voice", "v"],
    "x.wav is named twice on the command line.",
  ],
  "a link that leads nowhere": [
    ["say", "Сайн", "-o", "link.wav"],
    "link.wav exists already: choose another name, or give --force.",
  ],
  "two outputs": [["say", "Сайн", "-o", "x.wav", "-o", "y.wav"], "--output is given twice"],
  "two voices": [
    ["stream", "Сайн", "-o", "x.wav", "-v", "a", "--voice", "b"],
    "--voice is given twice: give it once.",
  ],
  "two timeouts, on both sides of the command": [
    ["--timeout", "5", "balance", "--timeout", "6"],
    "--timeout is given twice",
  ],
  "two ports": [["emulate", "--port", "0", "--port", "0"], "--port is given twice"],
  "two pauses of one kind": [
    ["say", "Сайн", "-o", "x.wav", "--pause", "comma=1", "--pause", "comma=2"],
    "--pause comma is given twice",
  ],
  ...Object.fromEntries(
    ["0x10", "1e3", " 500", "500 ", "+500", "Infinity", "", "5.", "1_000"].map((number) =>
      [
        `the number ${JSON.stringify(number)}`,
        [["balance", "--timeout", number], "--timeout must be milliseconds above 0"],
      ] as const
    ),
  ),
  "a speed in hexadecimal digits": [
    ["say", "Сайн", "-o", "x.wav", "--speed", "0x2"],
    "--speed must be a number above 0",
  ],
  "a pause in hexadecimal digits": [
    ["say", "Сайн", "-o", "x.wav", "--pause", "comma=0x10"],
    "--pause comma must be milliseconds from 0 to",
  ],
  "a port in hexadecimal digits": [["emulate", "--port", "0xffff"], "port must be a whole number"],
  "captions of a job": [
    ["resume", "job-1", "-o", "x.wav", "--srt", "x.srt"],
    "--srt is for a narration, and there is no folder of that name",
  ],
  "a limit of money for a job that is paid": [
    ["resume", "job-1", "-o", "x.wav", "--min-balance", "5"],
    "--min-balance is for a narration",
  ],
  "the key as an option": [
    ["balance", `--api-key=${KEY}`],
    "There is no option for the key itself",
  ],
  "the key as another word": [["balance", "--key", KEY], "unknown option '--key'"],
  "a key file that is not there": [["balance", "--api-key-file", "nokey"], "nokey is not"],
};

Deno.test("tsetsen ends with 2 at a wrong command line, says what is right, and sends nothing", async (t) => {
  await using desk = await setUp();
  await desk.write("empty.txt", "");
  await Deno.symlink("nowhere.wav", desk.path("link.wav"));
  for (const [what, [args, says]] of Object.entries(BAD)) {
    await t.step(what, async () => {
      const { code, stdout, stderr } = await desk.run(args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, says);
      for (const secret of [KEY, "Сайн"]) assert(!stderr.includes(secret), stderr);
    });
  }
  assertEquals(desk.emulator.requests.length, 0);
  // Nothing is made, either.
  const names = [...Deno.readDirSync(desk.folder)].map(({ name }) => name).sort();
  assertEquals(names, ["empty.txt", "link.wav"]);
});

Deno.test("tsetsen says that a voice is not known, and how to find one that is", async () => {
  await using desk = await setUp();
  for (const command of ["say", "stream"]) {
    const said = await desk.run([command, "Сайн уу?", "-o", "x.wav", "--voice", "nobody"]);
    assertEquals(said.code, 6);
    assertStringIncludes(said.stderr, "voice not found");
    assertStringIncludes(said.stderr, "`tsetsen voices` lists the voices");
  }
  // Of a job it is no help.
  assert(!(await desk.run(["status", "nothing"])).stderr.includes("tsetsen voices"));
});

Deno.test("tsetsen reads a closed standard input as an empty text", async () => {
  await using desk = await setUp();
  const line = '"$0" "$@" say - -o x.wav <&-';
  const program = ["sh", "-c", line, Deno.execPath(), "run", "-A", "--no-check", MAIN];
  const { code, stderr } = await desk.run([], { program });
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "Standard input");
  assertEquals(desk.emulator.requests.length, 0);
});

Deno.test("tsetsen takes the key from a file, refuses text that is not UTF-8, and texts behind --", async () => {
  await using desk = await setUp();
  const { run, path, write } = desk;
  await write("key", `${KEY}\n`);
  const env = { TSETSEN_API_KEY: "" };
  assertEquals((await run(["balance", "--api-key-file", "key"], { env })).code, 0);
  await Deno.writeFile(path("bad.txt"), new Uint8Array([0xd0, 0x61]));
  const refused = await run(["check", "bad.txt"]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "bad.txt must be text in UTF-8");
  assertEquals((await run(["check", "--", "- Сайн уу?"])).code, 0);
  // What only resembles a name is a text.
  for (const text of ["Тийм/Үгүй", "Ц.Элбэгдорж", "3 хүн."]) {
    assertEquals((await run(["check", text])).code, 0, text);
  }
  assertStringIncludes((await run(["check", "Манай хаяг gogo.mn"])).stdout, "url");
});

Deno.test("tsetsen speaks plaintext http to this machine without --insecure, and to no other", async () => {
  await using desk = await setUp();
  const { port } = desk.emulator;
  await using two = await startEmulator({ hostname: "127.0.0.2" });
  await using six = await startEmulator({ hostname: "::1" });
  const here = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  const env = { TSETSEN_API_ENDPOINT: "" };
  for (const endpoint of [...here, two.url, six.url]) {
    const { code, stderr } = await desk.run(["balance", "--endpoint", endpoint], { env });
    assertEquals([code, stderr], [0, ""], endpoint);
    const variable = await desk.run(["balance"], { env: { TSETSEN_API_ENDPOINT: endpoint } });
    assertEquals(variable.code, 0, endpoint);
  }
  const sent = desk.emulator.requests.length;
  for (const endpoint of ["http://0.0.0.0", "http://localhost.example", "http://10.0.0.1"]) {
    const args = ["balance", "--endpoint", `${endpoint}:${port}`];
    const { code, stderr } = await desk.run(args, { env });
    assertEquals(code, 2, endpoint);
    assertStringIncludes(stderr, "--endpoint gives plaintext http. --insecure allows it.");
  }
  assertEquals(desk.emulator.requests.length, sent);
  const forced = ["balance", "--insecure", "--endpoint", `http://0.0.0.0:${port}`];
  assertEquals((await desk.run(forced, { env })).code, 0);
});
