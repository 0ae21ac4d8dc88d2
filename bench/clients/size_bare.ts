// What the bare client ships to a browser: connect-web and this service's generated code.
export { createClient } from "@connectrpc/connect";
export { createGrpcWebTransport } from "@connectrpc/connect-web";
export { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
