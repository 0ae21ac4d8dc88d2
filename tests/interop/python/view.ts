// What one of the two SDKs made of a scenario, and how the table says it.

import { RequestStatus, TsetsenError } from "@tsetsen/sdk";
import type { Charge, RecordedRequest } from "@tsetsen/sdk/emulator";
import type { PythonError, PythonOutcome } from "./sdk.ts";

/** One SDK's view of a scenario. */
export interface View {
  /** What the call answered, in the names of TypeScript. */
  readonly value?: unknown;
  /** How it failed. */
  readonly error?: Failure;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** What arrived at the service, downloads aside, and what was paid. */
  readonly requests: readonly RecordedRequest[];
  readonly charges: readonly Charge[];
}

/** A failure, in the same words for both. */
export interface Failure {
  readonly name: string;
  readonly code: string | undefined;
  readonly statusCode: number | undefined;
  readonly requestId: string | undefined;
  readonly text: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** What it says about the money; the Python SDK says nothing. */
  readonly charged: string | undefined;
  /** Whether who catches the SDK's errors catches it. */
  readonly own: boolean;
}

/** What the service saw of it. */
export type Ledger = Pick<View, "requests" | "charges">;

export function viewOfPython({ value, error, ms }: PythonOutcome, ledger: Ledger): View {
  return {
    ...(error === undefined ? { value: camelCased(value) } : { error: failureOfPython(error) }),
    ms,
    ...ledger,
  };
}

function failureOfPython(error: PythonError): Failure {
  const { name, module, base, text, code, statusCode, requestId, details } = error;
  return {
    // So that nobody takes the language's own TimeoutError for the SDK's.
    name: module === "builtins" ? `builtins.${name}` : name,
    code: code ?? undefined,
    statusCode: statusCode ?? undefined,
    requestId: requestId ?? undefined,
    text,
    details: details ?? {},
    charged: undefined,
    own: base,
  };
}

/** What our own SDK's call came to. */
export async function viewOfOurs(
  work: () => Promise<unknown>,
  ledger: () => Ledger,
): Promise<View> {
  const start = performance.now();
  let end: Pick<View, "value" | "error">;
  try {
    end = { value: await work() };
  } catch (error) {
    end = { error: failureOfOurs(error) };
  }
  return { ...end, ms: Math.round(performance.now() - start), ...ledger() };
}

function failureOfOurs(error: unknown): Failure {
  if (!(error instanceof TsetsenError)) throw error;
  const { name, code, statusCode, requestId, message, details, charged } = error;
  return { name, code, statusCode, requestId, text: message, details, charged, own: true };
}

/** A status by its name, whichever of the two SDKs gives it. */
export function statusName(status: unknown): string {
  return typeof status === "string" ? status : RequestStatus[Number(status)] ?? `${status}`;
}

/** How a scenario says what came of it. */
export interface Wording {
  /** Says what a call answered. */
  readonly show?: (value: never, view: View) => string;
  /** Says how it failed. Default: class, code, status, and what is known about the money. */
  readonly fails?: (failure: Failure) => string;
}

/** A cell of the table. */
export function cell(view: View, { show = () => "", fails = failure }: Wording): string {
  const { value, error, requests, charges } = view;
  const told = [error === undefined ? show(value as never, view) : fails(error)];
  // Polls come as often as they come.
  const sent = requests.filter(({ method }) => method !== "CheckStatus");
  const last = sent.filter(({ method }) => method === sent.at(-1)?.method).length;
  if (requests.length === 0 && error !== undefined) told.push("nothing arrived");
  else if (last > (error === undefined ? 1 : 0)) told.push(times("sent", last));
  if (charges.length > (error === undefined ? 1 : 0)) told.push(times("paid", charges.length));
  return told.join("; ");
}

function times(what: string, count: number): string {
  return `${what} ${count === 1 ? "once" : count === 2 ? "twice" : `${count} times`}`;
}

function failure({ name, code, statusCode, charged }: Failure): string {
  const facts = [
    code ?? "no code",
    ...(statusCode === undefined ? [] : [`status ${statusCode}`]),
    ...(charged === undefined ? [] : [`charged "${charged}"`]),
  ];
  return `\`${name}\` (${facts.join(", ")})`;
}

/** The names of a Python value as those of TypeScript, without what is not given. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== null).map(([name, field]) => [
      name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(field),
    ]),
  );
}
