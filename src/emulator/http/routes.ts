import { fromBinary } from "@bufbuild/protobuf";
import { TsetsenTTS } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { FRAME_HEAD_BYTES } from "./frames.ts";
import type { Route } from "./requests.ts";

/** The target of a path. */
export interface Target {
  readonly route: Route;
  /** The path before the service, which may be mounted anywhere. */
  readonly prefix: string;
  /** The path of the method, or the id of the audio. */
  readonly name: string;
}

const methodPath = new RegExp(`^(.*)(/${TsetsenTTS.typeName.replaceAll(".", "\\.")}/(\\w+))$`);
const audioPath = /^(.*)\/audio\/([\w.-]+)\.wav$/;
const methods = new Map(TsetsenTTS.methods.map((method) => [method.name, method]));

/** All that a path may lead to. */
export const routeNames: readonly string[] = [...methods.keys(), "Audio"];

/** Finds what a path leads to, or undefined. */
export function findTarget(pathname: string): Target | undefined {
  const [, prefix = "", path = "", method = ""] = methodPath.exec(pathname) ?? [];
  if (methods.has(method)) return { route: method as Route, prefix, name: path };
  const [, before = "", id] = audioPath.exec(pathname) ?? [];
  return id === undefined ? undefined : { route: "Audio", prefix: before, name: id };
}

/** The fields of the message in a gRPC-Web body, or undefined when it is no such thing. */
export function messageFields(
  route: Route,
  contentType: string | null,
  body: Uint8Array,
): Record<string, unknown> | undefined {
  const method = methods.get(route);
  if (method === undefined || !contentType?.startsWith("application/grpc-web")) return undefined;
  try {
    const { $typeName: _, ...fields } = fromBinary(method.input, body.subarray(FRAME_HEAD_BYTES));
    return fields;
  } catch {
    return undefined;
  }
}
