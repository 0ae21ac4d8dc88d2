import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DENO, jsonLines, setUp } from "../setup.ts";
import { installPackage } from "../../hosts/pack.ts";
import { type Certificates, makeAuthority } from "../../support/certificates.ts";
import { bestBelow, KEY } from "../../support/rig.ts";
import { find, type Runtime, RUNTIMES } from "../../support/runtimes.ts";
import { type Case, CASES, type Surroundings } from "./cases.ts";
import { behind, greeting, handled, overHttp10 } from "./servers.ts";

interface Found {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly remedy?: string;
}

Deno.test("tsetsen doctor tells what is wrong between here and the service, as the SDK's error does, on each runtime", async (t) => {
  await using sdk = await installPackage();
  await using desk = await setUp();
  const bin = `${sdk.folder}/node_modules/.bin/tsetsen`;
  const programs: Record<Runtime, readonly string[]> = {
    deno: DENO,
    node: [find("node", "TSETSEN_NODE"), bin],
    bun: [find("bun", "TSETSEN_BUN"), bin],
  };
  const { emulator, path, write } = desk;
  const [authority, stranger] = await Promise.all([makeAuthority(), makeAuthority()]);
  const trust = path(await write("ca.pem", authority.ca));
  const surroundings: Surroundings = { emulator, authority, stranger };

  for (const [what, given] of Object.entries(CASES)) {
    await t.step(what, async () => {
      await using server = await given.serve?.(surroundings);
      const { endpoint = `${given.scheme}://localhost:${server?.port}` } = given;
      const env = { DENO_CERT: trust, NODE_EXTRA_CA_CERTS: trust, ...given.env };
      const at = ["--endpoint", typeof endpoint === "string" ? endpoint : endpoint()];
      await Promise.all((given.runtimes ?? RUNTIMES).map(async (runtime) => {
        const start = { program: programs[runtime], env };
        const { args: more = [], patience = 60_000 } = given;
        const limits = ["--timeout", `${patience}`, "--json"];
        const plain = more.includes("--insecure") ? ["--insecure"] : [];
        const balance = ["balance", "--retries", "0", ...plain, ...at, ...limits];
        const call = await desk.run(balance, start);
        assertTold(jsonLines(call.stdout).at(-1), given, runtime);
        const args = ["doctor", ...at, ...limits, ...more];
        const { code, stdout, stderr } = await desk.run(args, start);
        assertEquals([code, stderr], [given.exit, ""], `${runtime}: ${stdout}`);
        assertFound(jsonLines(stdout), given, runtime);
        for (const secret of [KEY, "of-somebody-else"]) {
          assert(!(call.stdout + stdout).includes(secret), `${runtime} shows the key`);
        }
      }));
    });
  }
  await t.step("who is not trusted was sent nothing, and so charged nothing", async () => {
    await using server = handled(
      (request) => emulator.fetch(request),
      await stranger.leaf("localhost"),
    );
    const say = ["say", "Сайн уу?", "-o", "x.wav", "--voice", "emulator-v1-bold"];
    const at = ["--endpoint", `https://localhost:${server.port}`, "--retries", "0"];
    for (const runtime of RUNTIMES) {
      const told = await desk.run([...say, ...at, "--json"], { program: programs[runtime] });
      const { error } = jsonLines(told.stdout).at(-1);
      assertEquals([error.name, error.charged], ["ConnectionError", "no"], runtime);
      assertMatch(error.cause, /certificate|CERT/i);
      const { stderr } = await desk.run([...say, ...at], { program: programs[runtime] });
      assertStringIncludes(stderr, `\nThe runtime says: ${error.cause}.\n`);
      await Deno.remove(path("x.wav.tsetsen"), { recursive: true }).catch(() => {});
    }
  });
  // Nothing but what is free.
  assertEquals(new Set(emulator.requests.map(({ method }) => method)), new Set(["GetUserBalance"]));
  assertEquals(emulator.jobs.length, 0);
});

// deno-lint-ignore no-explicit-any -- the tests say what it must be
function assertTold({ error }: any, given: Case, runtime: Runtime): void {
  const { error: own, errorOfHttp1 = own } = given;
  const wanted = runtime === "deno" ? own : errorOfHttp1;
  assertEquals(error?.name, wanted?.[0], `${runtime}: ${error?.message}`);
  if (wanted !== undefined) assertMatch(error.message, wanted[1], runtime);
}

// deno-lint-ignore no-explicit-any -- the tests say what it must be
function assertFound(lines: any[], { ill, exit, verdict }: Case, runtime: Runtime): void {
  const result = lines.at(-1);
  const checks: Found[] = result.checks;
  assertEquals(checks.map(({ name }) => name).join(" "), NAMES);
  // Each of them was told when it was done.
  assertEquals(lines.slice(0, -1).map(({ progress }) => progress.check), checks);
  const groups = ["failed", "warning", "skipped"].map((status) => {
    const names = checks.filter((check) => check.status === status).map(({ name }) => name);
    return names.length === 0 ? [] : [`${status}: ${names.join(" ")}`];
  });
  assertEquals(groups.flat().join("; "), ill, `${runtime}: ${JSON.stringify(checks, null, 1)}`);
  for (const { status, found, remedy } of checks) {
    assertMatch(found, /^\S.*\.$/);
    // What is not as it should be has a remedy, and nothing else has.
    assertEquals(remedy !== undefined, status === "failed" || status === "warning", found);
  }
  assertMatch(`${result.verdict} ${result.remedy ?? ""}`, verdict, runtime);
  assertEquals([result.ok, result.exitCode], [exit === 0, exit]);
}

const NAMES = "key endpoint dns tcp tls http grpc-web grpc cors account latency clock";

let authority: Promise<Certificates> | undefined;

Deno.test("tsetsen doctor shows people a list with remedies, and ends with a verdict", async () => {
  await using desk = await setUp();
  const { emulator, run, start } = desk;
  const { code, stdout, stderr } = await run(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    new RegExp(
      "^ +CHECK +FOUND\n" +
        "ok +key +A development key, from TSETSEN_API_KEY\\.\n" +
        `ok +endpoint +${emulator.url}, from TSETSEN_API_ENDPOINT\\.\n` +
        "ok +dns +127\\.0\\.0\\.1 is an address: there is no name to look up\\.\n" +
        `ok +tcp +127\\.0\\.0\\.1 accepts connections at port ${emulator.port} \\(\\d+ ms\\)\\.\n` +
        "skipped +tls +The endpoint is plaintext http\\.\n" +
        "ok +http +The server speaks HTTP/1\\.1\\.\n" +
        "ok +grpc-web +gRPC-Web is spoken: HTTP 200, application/grpc-web\\+proto\\.\n" +
        "skipped +grpc +Native gRPC needs HTTP/2, which is not spoken\\. Only .*\n" +
        "ok +cors +A page of https://page\\.example may call\\.\n" +
        "ok +account +The key is accepted; credits left: 100000\\.\n" +
        "ok +latency +[\\d.]+ ms in the median of 5 calls, from [\\d.]+ to [\\d.]+ ms\\.\n" +
        "ok +clock +As the server's, within 30 s\\.\n\n" +
        `All is well: ${emulator.url} speaks gRPC-Web and accepts the key\\.\n$`,
    ),
  );
  const refused = await start(["doctor"], {
    terminal: true,
    env: { TSETSEN_API_KEY: "tsetsen-prod-of-somebody-else" },
  }).ended;
  assertEquals(refused.code, 3);
  assertStringIncludes(
    refused.stdout,
    "\x1b[31mfailed\x1b[39m   account   The key is not accepted",
  );
  assertStringIncludes(refused.stdout, "→ Check that the key is whole, still valid, and meant for");
  assertStringIncludes(refused.stdout, "\x1b[32mok\x1b[39m       key");
});

Deno.test("tsetsen doctor names the gateway where the answer names it", async () => {
  await using desk = await setUp();
  const { emulator, run } = desk;
  const gateways: [headers: Record<string, string>, named: string | null][] = [
    [{ server: "envoy", "x-envoy-upstream-service-time": "3" }, "envoy"],
    [{ server: "nginx/1.27.3 (Ubuntu)" }, "nginx/1.27.3"],
    [{ server: "Google Frontend", via: "1.1 google" }, "Google Frontend, google"],
    [{ via: "1.1 Caddy, HTTP/1.1 cache.example (squid/6.1)" }, "Caddy, cache.example"],
    [{ server: "cloudflare", "cf-ray": "8f-FRA" }, "cloudflare"],
    [{ "x-kong-proxy-latency": "1" }, "Kong"],
    [{ server: `x${"y".repeat(500)}` }, `x${"y".repeat(39)}`],
    [{ server: "<script>" }, null],
    [{}, null],
  ];
  for (const [headers, named] of gateways) {
    await using server = behind(emulator, (answer) => {
      for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
      return answer;
    });
    const args = ["doctor", "--endpoint", `http://localhost:${server.port}`, "--json"];
    const { code, stdout } = await run(args);
    assertEquals(code, 0, stdout);
    const { checks } = jsonLines(stdout).at(-1);
    const check = checks.find(({ name }: Found) => name === "grpc-web");
    assertEquals(check.facts.gateway, named);
    const told = named === null ? "" : ` The answer names ${named}.`;
    assert(check.found.endsWith(`application/grpc-web+proto.${told}`), check.found);
  }
  // Who speaks no gRPC-Web is named, too.
  const page = handled(() =>
    new Response("<h1>Hello</h1>", { headers: { "content-type": "text/html", server: "Apache" } })
  );
  await using _ = page;
  const shown = await run(["doctor", "--endpoint", `http://localhost:${page.port}`]);
  assertStringIncludes(shown.stdout, "content type text/html. The answer names Apache.");
});

Deno.test("tsetsen doctor sends the key to nobody whom the runtime does not trust, or who speaks no gRPC", async () => {
  const { leaf } = await (authority ??= makeAuthority());
  await using desk = await setUp();
  let seen = "";
  const handler = async (request: Request) => {
    seen += JSON.stringify([...request.headers]) + await request.text();
    return new Response("<h1>Hello</h1>", { headers: { "content-type": "text/html" } });
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using page = Deno.serve(options, handler);
  await using stranger = Deno.serve({ ...options, ...await leaf("localhost") }, handler);
  const web = await desk.run(["doctor", "--endpoint", `http://localhost:${page.addr.port}`]);
  assertEquals(web.code, 12);
  assert(seen.includes("application/grpc-web+proto"));
  const unknown = ["doctor", "--endpoint", `https://localhost:${stranger.addr.port}`];
  assertEquals((await desk.run(unknown)).code, 10);
  assert(!seen.includes(KEY));
});

Deno.test("tsetsen doctor stops at Ctrl-C, whatever it waits for", async () => {
  await using desk = await setUp();
  await using silent = greeting("");
  for (const scheme of ["http", "https"]) {
    const args = ["doctor", "--endpoint", `${scheme}://localhost:${silent.port}`];
    const process = desk.start([...args, "--timeout", "60000"], { terminal: true });
    await process.until(scheme === "http" ? "5/12 http" : "4/12 tls");
    await bestBelow(5_000, async () => {
      const start = performance.now();
      await process.type("\x03");
      assertEquals((await process.ended).code, 130);
      return performance.now() - start;
    });
  }
});

Deno.test("tsetsen doctor refuses a --timeout that is no duration, and an --origin that is none", async () => {
  await using desk = await setUp();
  for (const args of [["--timeout", "0"], ["--timeout", "1e12"], ["--origin", "my.site"]]) {
    const { code, stderr } = await desk.run(["doctor", ...args]);
    assertEquals([code, stderr.includes(`${args[0]} must be `)], [2, true], stderr);
  }
  assertEquals(desk.emulator.requests.length, 0);
});

Deno.test("tsetsen doctor names in accept the type that it reads, because servers answer with that", async () => {
  await using desk = await setUp();
  await using server = overHttp10(desk.emulator);
  assertEquals((await desk.run(["doctor", "--endpoint", server.url])).code, 0);
  const looks = server.requests.filter(({ head }) =>
    head.startsWith("POST") && !/^x-api-key:/im.test(head)
  );
  // By a socket of its own, and by the runtime's fetch.
  assertEquals(looks.map(({ head }) => /^accept: *(.*)/im.exec(head)?.[1]?.trim()), [
    "application/grpc-web+proto",
    "application/grpc-web+proto",
  ]);
});
