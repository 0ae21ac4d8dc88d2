/**
 * Reads the calls of visitors, checks them against what the owner allows, and writes them again with the key.
 *
 * @module
 */

import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { InvalidRequestError } from "../contract/errors.ts";
import { validate } from "../contract/validate.ts";
import { countCharacters } from "../lib/count.ts";
import { frame } from "../transport/frames.ts";
import { KEY_HEADERS } from "./key_mask.ts";
import type { ProxyCall, ProxyMethod } from "./admission/proxy_call.ts";
import type { ResolvedProxyOptions } from "./resolved_options.ts";
import { Code, StatusError } from "./answer/status_error.ts";

/** A call whose content is allowed. */
export interface AllowedCall {
  readonly call: ProxyCall<never>;
  /** The body for the service: one frame with the message, the key in it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The key in the body: the proxy's own, or the visitor's. */
  readonly key: string;
}

/**
 * Reads a request's body. The body for the service is written again from the checked fields. Fields that this version
 * does not know, and a key that the visitor sent, are left out.
 *
 * @throws {StatusError} when the body is malformed or the call is not allowed.
 */
export function readCall(
  method: ProxyMethod,
  { headers }: Pick<Request, "headers">,
  body: Uint8Array,
  options: ResolvedProxyOptions,
): AllowedCall {
  const apiKey = options.visitorKeys ? visitorKey(headers) : options.key;
  const data = readFrame(body);
  switch (method) {
    case "ListVoices": {
      const { input } = TsetsenTTS.method.listVoices;
      const { version: given, skipCache } = decode(input, data);
      const version = allowVersion(given || "beta-v0.1", options);
      return allow(method, { version }, input, { apiKey, version, skipCache });
    }
    case "CheckStatus": {
      const { input } = TsetsenTTS.method.checkStatus;
      const { requestId } = decode(input, data);
      checkField("requestId", requestId);
      return allow(method, { requestId }, input, { apiKey, requestId });
    }
    case "GetUserBalance": {
      const { input } = TsetsenTTS.method.getUserBalance;
      decode(input, data);
      return allow(method, {}, input, { apiKey });
    }
    case "GenerateSpeech":
    case "StreamSpeech": {
      const live = method === "StreamSpeech";
      const { input } = live ? TsetsenTTS.method.streamSpeech : TsetsenTTS.method.generateSpeech;
      const message = decode<typeof input>(input, data);
      const { text, voiceId, speed: givenSpeed, version: given } = message;
      const speed = givenSpeed === 0 ? 1 : givenSpeed;
      const version = allowVersion(given || (live ? "beta-v0.2" : "beta-v0.1"), options);
      checkField("text", text);
      checkField("voiceId", voiceId);
      checkField("speed", speed);
      if (options.voices?.has(voiceId) === false) {
        throw new StatusError(Code.PermissionDenied, "This voice is not allowed here.");
      }
      const characters = countCharacters(text);
      const { maxCharacters } = options;
      if (characters > maxCharacters) {
        throw new StatusError(
          Code.InvalidArgument,
          `The text must not be longer than ${maxCharacters} characters: it has ${characters}.`,
        );
      }
      const facts = { voiceId, speed, version, characters, text: () => text };
      return allow(method, facts, input, { apiKey, text, voiceId, speed, version });
    }
  }
}

/** The key that the visitor brings. */
function visitorKey(headers: Headers): string {
  const key = KEY_HEADERS.map((name) => headers.get(name)).find((value) => value !== null);
  if (key === undefined) throw new StatusError(Code.Unauthenticated, "The call has no API key.");
  try {
    validate("apiKey", key);
  } catch {
    throw new StatusError(Code.Unauthenticated, "The API key does not look like one.");
  }
  return key;
}

function allow<Desc extends DescMessage>(
  method: ProxyMethod,
  facts: Partial<ProxyCall<never>>,
  schema: Desc,
  message: MessageInitShape<Desc> & { readonly apiKey: string },
): AllowedCall {
  const none = { requestId: undefined, voiceId: undefined, version: undefined, speed: undefined };
  return {
    call: { ...none, context: undefined, characters: 0, text: () => "", ...facts, method },
    body: frame(0, toBinary(schema, create(schema, message))),
    key: message.apiKey,
  };
}

/** Reads a body that must be one frame, not compressed. @returns The data of the frame. */
function readFrame(body: Uint8Array): Uint8Array {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (body.length < 5 || body[0] !== 0 || view.getUint32(1) !== body.length - 5) throw malformed();
  return body.subarray(5);
}

function decode<Desc extends DescMessage>(schema: Desc, data: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, data, { readUnknownFields: false });
  } catch {
    throw malformed();
  }
}

function malformed(): StatusError {
  return new StatusError(Code.InvalidArgument, "The request is not one message of gRPC-Web.");
}

function allowVersion(version: string, options: ResolvedProxyOptions): string {
  checkField("version", version);
  if (options.versions?.has(version) === false) {
    throw new StatusError(Code.PermissionDenied, "This model version is not allowed here.");
  }
  return version;
}

/** Checks a field by the core's rule. The core's messages show no content. */
function checkField(name: Parameters<typeof validate>[0], value: unknown): void {
  try {
    validate(name, value);
  } catch (error) {
    const { rawMessage } = error as InvalidRequestError;
    throw new StatusError(Code.InvalidArgument, rawMessage ?? `${name} is not valid.`);
  }
}
