import { type Check, CHECK_NAMES, type Report } from "../doctor/check.ts";
import { diagnose, type Given } from "../doctor/diagnose.ts";
import { judge } from "../doctor/verdict.ts";
import { readEnv } from "../../lib/runtime.ts";
import { DEFAULT_ENDPOINT } from "../../contract/endpoint.ts";
import { redact } from "../../lib/redact.ts";
import type { AddCommand } from "../arguments.ts";
import { type Context, readKey } from "../context.ts";
import { EXIT, EXIT_OF_CODE } from "../exit_codes.ts";
import { UsageError } from "../failure.ts";
import { printable } from "../printable.ts";
import { table } from "../table.ts";
import { colors } from "../terminal.ts";

interface DoctorOptions {
  readonly origin: string;
}

/** The longest time for one step, in milliseconds, if --timeout does not say another. */
const PATIENCE = 5_000;

const AFTER = `
It looks at the key, the endpoint, DNS, TCP, TLS, HTTP, gRPC-Web, native gRPC, CORS, the account, the latency and the clock.
It sends nothing that costs credits. --timeout bounds each step (default: ${PATIENCE}).

The exit code is 0 when all is well, warnings or not; otherwise that of what stands in the way: see \`tsetsen --help\`.

Examples:
  $ tsetsen doctor
  $ tsetsen doctor --endpoint tts.example:443 --json | jq -r '.checks[] | select(.status == "failed") | .remedy'
  $ tsetsen doctor --origin https://my.site`;

/** `tsetsen doctor`: what is wrong between here and the service. */
export const addDoctor: AddCommand = (program, act) => {
  program.command("doctor")
    .description("find out what is wrong between here and the service")
    .option("--origin <url>", "the page that asks, for the look at CORS", "https://page.example")
    .addHelpText("after", AFTER)
    .action(act(doctor));
};

async function doctor(context: Context, options: DoctorOptions): Promise<number> {
  const given = await givenBy(context, options);
  const checks: Check[] = [];
  const live = context.live(CHECK_NAMES.length);
  for await (const check of diagnose(given)) {
    checks.push(withoutKey(check, given.key.value));
    context.progress({ check: checks.at(-1) });
    live.update(checks.length, CHECK_NAMES[checks.length] ?? "");
  }
  live.stop();
  const { ok, verdict, remedy, code } = judge(checks);
  const exitCode = code === undefined ? EXIT.ok : EXIT_OF_CODE[code];
  const value = { ok, verdict, remedy: remedy ?? null, code: code ?? null, exitCode, checks };
  const last = [verdict, ...(remedy === undefined ? [] : [remedy])].map(printable).join(" ");
  await context.result(value, `${listed(checks)}\n\n${last}`);
  return exitCode;
}

async function givenBy(context: Context, { origin }: DoctorOptions): Promise<Given> {
  const { apiKeyFile, endpoint, insecure = false, timeout = PATIENCE } = context.globals;
  if (!(timeout > 0 && timeout <= 2 ** 31 - 1)) {
    throw new UsageError("--timeout must be milliseconds above 0 and at most 2147483647.");
  }
  if (!URL.canParse(origin) || new URL(origin).origin === "null") {
    throw new UsageError("--origin must be the address of a page, as in https://my.site.");
  }
  const key = apiKeyFile === undefined
    ? { value: readEnv("TSETSEN_API_KEY"), source: "TSETSEN_API_KEY" }
    : { value: await readKey(apiKeyFile), source: "the file of --api-key-file" };
  const fromEnv = readEnv("TSETSEN_API_ENDPOINT");
  return {
    key,
    endpoint: endpoint !== undefined
      ? { value: endpoint, source: "--endpoint" }
      : fromEnv !== undefined
      ? { value: fromEnv, source: "TSETSEN_API_ENDPOINT" }
      : { value: DEFAULT_ENDPOINT, source: "the default" },
    secure: !insecure,
    limit: { ms: timeout, signal: context.signal },
    page: new URL(origin).origin,
  };
}

/** A server may quote what it was sent. */
function withoutKey(check: Check, key = ""): Check {
  const clean = (_: string, value: unknown) =>
    typeof value === "string" ? redact(value, [key]) : value;
  return JSON.parse(JSON.stringify(check, clean));
}

function listed(checks: readonly Check[]): string {
  const rows = checks.flatMap(({ status, name, found, remedy }) => [
    [status, name, found],
    ...(remedy === undefined ? [] : [["", "", `→ ${remedy}`]]),
  ]);
  const { green, yellow, red, dim } = colors("stdout");
  const paint: Record<Report["status"], (text: string) => string> = {
    ok: green,
    warning: yellow,
    failed: red,
    skipped: dim,
  };
  return table(["", "CHECK", "FOUND"], rows).replace(
    /^(ok|warning|failed|skipped)(?= )/gm,
    (status) => paint[status as Report["status"]](status),
  );
}
