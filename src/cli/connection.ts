import { readFile } from "node:fs/promises";
import type { Client } from "./sdk.ts";
import { AuthenticationError, InvalidRequestError } from "../contract/errors.ts";
import { DEFAULT_ENDPOINT, resolveEndpoint } from "../contract/endpoint.ts";
import { validate } from "../contract/validate.ts";
import { isLoopbackHost } from "../lib/url.ts";
import { readEnv } from "../lib/runtime.ts";
import { UsageError } from "./errors/classes.ts";
import type { Globals } from "./globals.ts";

/** A setting, and where the user gave it. */
export interface Given {
  readonly value: string;
  /** The place in words, for messages. */
  readonly source: string;
}

/** Makes the client that the options ask for. The SDK is loaded here, because some commands do not need it. */
export async function openClient(globals: Globals): Promise<Client> {
  const apiKey = await checkedKey(globals);
  const endpoint = givenEndpoint(globals);
  checkEndpoint(endpoint, globals.insecure === true);
  const { Client } = await import("./sdk.ts");
  return new Client({
    apiKey,
    endpoint: endpoint.value,
    secure: isSecure(endpoint.value, globals.insecure === true),
    timeout: globals.timeout,
    maxRetries: globals.retries,
  });
}

/** The key, or `undefined`, and where it comes from. */
export async function givenKey(
  { apiKeyFile }: Globals,
): Promise<{ readonly value: string | undefined; readonly source: string }> {
  return apiKeyFile === undefined
    ? { value: readEnv("TSETSEN_API_KEY"), source: "TSETSEN_API_KEY" }
    : { value: await readKey(apiKeyFile), source: "the file of --api-key-file" };
}

/** The endpoint, and where it comes from. */
export function givenEndpoint({ endpoint }: Globals): Given {
  if (endpoint !== undefined) return { value: endpoint, source: "--endpoint" };
  const value = readEnv("TSETSEN_API_ENDPOINT");
  return value === undefined
    ? { value: DEFAULT_ENDPOINT, source: "the default" }
    : { value, source: "TSETSEN_API_ENDPOINT" };
}

/** Whether TLS is required. It is not with --insecure, nor for plaintext http to this machine, which nobody else can read. */
export function isSecure(endpoint: string, insecure: boolean): boolean {
  if (insecure) return false;
  if (!/^http:\/\//i.test(endpoint) || !URL.canParse(endpoint)) return true;
  return !isLoopbackHost(new URL(endpoint).hostname);
}

async function checkedKey(globals: Globals): Promise<string> {
  const { value, source } = await givenKey(globals);
  if (value === undefined || value === "") {
    throw new AuthenticationError(
      "No API key: set the environment variable TSETSEN_API_KEY, or give --api-key-file.",
      { charged: "no" },
    );
  }
  try {
    validate("apiKey", value);
  } catch (cause) {
    throw new AuthenticationError(
      `The API key must be a key like tsetsen-prod-… or tsetsen-development-…: ${source} holds ` +
        `${value.length} other characters.`,
      { charged: "no", cause },
    );
  }
  return value;
}

function checkEndpoint({ value, source }: Given, insecure: boolean): void {
  try {
    resolveEndpoint(value, isSecure(value, insecure));
  } catch (cause) {
    throw new InvalidRequestError(
      isPlaintext(value)
        ? `The endpoint must be https, because everyone on the way can read the key otherwise: ` +
          `${source} gives plaintext http. --insecure allows it.`
        : `The endpoint must be host:port or an http(s) URL, without user name, query and fragment: ` +
          `${source} gives something else.`,
      { charged: "no", cause },
    );
  }
}

function isPlaintext(endpoint: string): boolean {
  try {
    return resolveEndpoint(endpoint, false).protocol === "http:" && /^http:/i.test(endpoint);
  } catch {
    return false;
  }
}

async function readKey(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new UsageError(`--api-key-file must be a file that can be read: ${file} is not.`, {
      cause,
    });
  }
}
