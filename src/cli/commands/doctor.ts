import { type Check, CHECK_NAMES, type Report } from "../doctor/report.ts";
import { diagnose, type Given } from "../doctor/diagnose.ts";
import { judge } from "../doctor/verdict.ts";
import { originOf } from "../../lib/url.ts";
import { redact } from "../../lib/redact.ts";
import type { DefineCommand } from "../options.ts";
import { givenEndpoint, givenKey, isSecure } from "../connection.ts";
import type { Context } from "../context.ts";
import { EXIT, EXIT_OF_CODE } from "../errors/exit_codes.ts";
import { UsageError } from "../errors/classes.ts";
import { printable } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { colors } from "../terminal/terminal.ts";

interface DoctorOptions {
  readonly origin: string;
}

/** The default of the longest time for one step. */
const STEP_TIMEOUT_MS = 5_000;

const AFTER = `
It checks the key, the endpoint, DNS, TCP, TLS, HTTP, gRPC-Web, native gRPC,
CORS, the account, the latency and the clock. It sends nothing that costs
credits. --timeout bounds each step (default: ${STEP_TIMEOUT_MS}).

The exit code is 0 when all is well, warnings or not; otherwise it is that of
the first failure: see \`tsetsen --help\`.

Examples:
  $ tsetsen doctor
  $ tsetsen doctor --endpoint tts.example:443 --json | jq .verdict
  $ tsetsen doctor --origin https://my.site`;

/** `tsetsen doctor`: what is wrong between here and the service. */
export const defineDoctor: DefineCommand = (command, act) => {
  command
    .option(
      "--origin <url>",
      "the origin of the page that the check of CORS stands for",
      "https://page.example",
    )
    .addHelpText("after", AFTER)
    .action(act(doctor));
};

async function doctor(context: Context, options: DoctorOptions): Promise<number> {
  const given = await givenBy(context, options);
  const checks: Check[] = [];
  const live = await context.live(CHECK_NAMES.length);
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
  const { globals, signal } = context;
  const { insecure = false, timeout: ms = STEP_TIMEOUT_MS } = globals;
  const page = originOf(origin);
  if (page === undefined) {
    throw new UsageError("--origin must be the address of a page, as in https://my.site.");
  }
  const endpoint = givenEndpoint(globals);
  return {
    key: await givenKey(globals),
    endpoint,
    secure: isSecure(endpoint.value, insecure),
    limit: { ms, signal },
    page,
  };
}

/** Removes the key, which a server may quote. */
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
