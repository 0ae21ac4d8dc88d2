// Attacks by heads and trailers. Each block of headers is whole and valid: docs/limits.md says what others do to Node.

import * as http2 from "../../support/http2_frames.ts";
import { frames, head } from "../../support/http2_frames.ts";
import { concat } from "../../support/wire.ts";
import { type Attack, bad, BROKEN_OFF, FINE, pump, withEnd, zeros } from "./attack.ts";

const { END_HEADERS, END_STREAM, HEADERS } = http2;

const OK = http2.fields({ "grpc-status": "0" });

export const HEADS: Readonly<Record<string, Attack>> = {
  "a second head in place of trailers": {
    answer: withEnd((id) => http2.frame(HEADERS, END_HEADERS, id, OK)),
    ...BROKEN_OFF,
  },
  "more and more trailers": {
    async answer(stream, body) {
      await withEnd(frames.trailers)(stream, body);
      return await pump(stream.write, frames.trailers(stream.id));
    },
    ...FINE,
    unary: true,
  },
  "bytes after the trailers": {
    answer: withEnd((id) => concat(frames.trailers(id), frames.data(id, new Uint8Array(9)))),
    ...FINE,
    unary: true,
  },
  "no trailers": { answer: withEnd(frames.end), ...BROKEN_OFF, unary: true },
  "trailers without grpc-status": {
    answer: withEnd((id) => frames.trailers(id, { "x-other": "1" })),
    ...BROKEN_OFF,
    unary: true,
  },
  "a grpc-status that is no number": {
    answer: withEnd((id) => frames.trailers(id, { "grpc-status": "abc" })),
    ...bad(/grpc-status/),
    unary: true,
  },
  "a grpc-status of two minds": {
    answer: withEnd((id) =>
      http2.frame(
        HEADERS,
        END_HEADERS | END_STREAM,
        id,
        concat(OK, http2.fields({ "grpc-status": "5" })),
      )
    ),
    ...bad(/grpc-status/),
  },
  "a head that is the end, without grpc-status": {
    answer: ({ id, write }) => write(http2.frame(HEADERS, END_HEADERS | END_STREAM, id, head())),
    ...BROKEN_OFF,
    unary: true,
  },
  "a status in the head, and then bytes without end": {
    async answer({ id, write, send }) {
      await write(frames.headers(id, { "grpc-status": "14" }));
      return await pump(send, zeros);
    },
    code: "service_unavailable",
    unary: true,
  },
};
