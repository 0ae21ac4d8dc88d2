// Attacks by HTTP, and by the frames of HTTP/2.

import * as http2 from "../../support/http2_frames.ts";
import { frames } from "../../support/http2_frames.ts";
import { bytesOf, concat } from "../../support/wire.ts";
import {
  type Attack,
  bad,
  BROKEN_OFF,
  flood,
  LOST,
  LOST_OR_LATE,
  many,
  MEGABYTE,
  pump,
  withHead,
  zeros,
} from "./attack.ts";

const { DATA, PING, SETTINGS, WINDOW_UPDATE } = http2;

export const PROTOCOL: Readonly<Record<string, Attack>> = {
  "a page with HTTP 503, without end": {
    async answer({ id, write, send }) {
      await write(frames.headers(id, { ":status": "503", "content-type": "text/html" }));
      return await pump(send, bytesOf("<html>".repeat(1_000)));
    },
    code: "service_unavailable",
    says: /answered with HTTP 503/,
    unary: true,
  },
  "a page with HTTP 200": {
    answer: withHead({ "content-type": "text/html" }),
    ...bad(/did not answer in gRPC but with HTTP 200, content type text\/html/),
    unary: true,
  },
  "no content type": {
    answer: withHead({ "content-type": "" }),
    ...bad(/content type none/),
  },
  "HTTP 999": { answer: withHead({ ":status": "999" }), ...bad(/with HTTP 999/) },

  "a frame of HTTP/2 that is too large": {
    answer: ({ id, write }) =>
      write(concat(frames.headers(id), frames.data(id, new Uint8Array(MEGABYTE)))),
    ...LOST_OR_LATE,
  },
  "a frame of HTTP/2 that announces 16 MiB": {
    async answer({ id, write }) {
      await write(
        concat(frames.headers(id), http2.frame(DATA, 0, id, zeros.subarray(0, 1), 2 ** 24 - 1)),
      );
      return await pump(write, zeros);
    },
    ...LOST_OR_LATE,
  },
  "empty frames without end": {
    async answer({ id, write }) {
      await write(frames.headers(id));
      return await pump(write, many(1_000, frames.data(id, new Uint8Array())));
    },
    ...BROKEN_OFF,
  },
  "PINGs without end": {
    answer: flood(() => many(100, http2.frame(PING, 0, 0, new Uint8Array(8)))),
    ...LOST,
  },
  "SETTINGS without end": { answer: flood(() => many(100, http2.frame(SETTINGS, 0, 0))), ...LOST },
  "frames of a kind that nobody knows, without end": {
    answer: flood((id) => http2.frame(200, 0, id, zeros.subarray(0, 16_000))),
    ...LOST_OR_LATE,
  },
  "garbage": { answer: flood(() => new Uint8Array(16_000).fill(0x5a)), ...LOST_OR_LATE },
  "a page of HTTP/1.1": {
    answer: flood(() => bytesOf("HTTP/1.1 400 Bad Request\r\n\r\n<html>")),
    ...LOST_OR_LATE,
  },
  "bytes on no stream": {
    answer: ({ write }) => write(http2.frame(DATA, 0, 0, zeros.subarray(0, 9))),
    ...LOST_OR_LATE,
  },
  "a head on a stream that nobody opened": {
    answer: ({ write }) => write(frames.headers(1_001)),
    ...LOST_OR_LATE,
  },
  "a window that overflows": {
    answer: ({ write }) =>
      write(many(2, http2.frame(WINDOW_UPDATE, 0, 0, http2.uint32(2 ** 31 - 1)))),
    ...LOST,
  },
};
