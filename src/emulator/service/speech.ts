import { Code, ConnectError } from "@connectrpc/connect";
import type { Accounts } from "./ledger.ts";
import type { Settings } from "../options.ts";
import { countCharacters } from "../../lib/count.ts";
import { errorInfo } from "../../lib/rpc_status.ts";
import { type EmulatorVoice, versions } from "./voices.ts";

/** The request of GenerateSpeech and StreamSpeech. */
export interface SpeechRequest {
  readonly text: string;
  readonly voiceId: string;
  readonly speed: number;
  readonly version: string;
}

/** A request after its checks. */
export interface Speech {
  readonly text: string;
  readonly characters: number;
  readonly voice: EmulatorVoice;
  readonly speed: number;
}

/** Checks a request for speech, before anything is charged. */
export function checkSpeech(request: SpeechRequest, version: string, settings: Settings): Speech {
  const { text, voiceId } = request;
  // Zero on the wire is "not given".
  const speed = request.speed === 0 ? 1 : request.speed;
  if (text.trim() === "") throw invalid("text must not be empty");
  if (voiceId === "") throw invalid("voice_id must not be empty");
  if (!Number.isFinite(speed) || speed <= 0) throw invalid("speed must be greater than 0");
  checkVersion(version);
  const characters = countCharacters(text);
  if (characters > settings.maxTextLength) {
    throw invalid(`text must not be longer than ${settings.maxTextLength} characters`);
  }
  const voice = settings.voices.find(({ id }) => id === voiceId);
  if (voice === undefined) throw new ConnectError("voice not found", Code.NotFound);
  if (voice.version !== version) {
    throw invalid(`this voice belongs to ${voice.version}, not to ${version}`);
  }
  return { text, characters, voice, speed };
}

export function checkVersion(version: string): void {
  if (!versions.includes(version)) throw invalid(`version must be one of ${versions.join(", ")}`);
}

/** Refuses a request that the balance does not cover. */
export function checkBalance(accounts: Accounts, apiKey: string, credits: number): void {
  const balance = accounts.balance(apiKey) ?? 0;
  if (balance >= credits) return;
  const error = new ConnectError(
    `insufficient credits: the text costs ${credits}, the balance is ${balance}`,
    Code.ResourceExhausted,
  );
  error.details.push(errorInfo("INSUFFICIENT_CREDITS"));
  throw error;
}

export function invalid(message: string): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}
