// Attacks by the frames of gRPC, in which messages come.

import { frames } from "../../support/http2_frames.ts";
import { bytesOf, concat, frame } from "../../support/wire.ts";
import {
  type Attack,
  bad,
  BROKEN_OFF,
  endless,
  LATE,
  many,
  pump,
  withEnd,
  zeros,
} from "./attack.ts";

const TOO_LARGE = bad(
  /announces 4294967295 bytes, and at most (16777216|1048576) are accepted \(maxMessageBytes\)/,
);
const SECOND = bad(/more than one message/);

export const MESSAGES: Readonly<Record<string, Attack>> = {
  "a message of 4 GiB": {
    answer: endless(frame(0, zeros, 0xffff_ffff)),
    ...TOO_LARGE,
    unary: true,
  },
  "a message of 4 GiB past all flow control": {
    async answer({ id, write }) {
      await write(
        concat(
          frames.headers(id),
          frames.data(id, frame(0, zeros.subarray(5), 0xffff_ffff).subarray(0, 9)),
        ),
      );
      return await pump(write, frames.data(id, zeros.subarray(0, 16_000)));
    },
    // Some see the violation first.
    code: ["server_error", "connection_error"],
  },
  "messages without end": {
    async answer({ id, write, send }, body) {
      await write(frames.headers(id));
      return await pump(send, body);
    },
    ...LATE,
    unary: SECOND,
  },
  "empty messages without end": {
    answer: endless(many(10_000, frame(0, new Uint8Array()))),
    ...LATE,
    unary: SECOND,
  },
  "a compressed message": {
    answer: endless(frame(1, new Uint8Array(9_000))),
    ...bad(/has the flags 1, neither message nor trailers \(1 is compressed\)/),
    unary: true,
  },
  "trailers as a frame of the body": {
    answer: withEnd((id) =>
      concat(frames.data(id, frame(0x80, bytesOf("grpc-status: 0\r\n"))), frames.trailers(id))
    ),
    ...bad(/goes on after its trailers/),
    unary: true,
  },
  "half a message": {
    answer: ({ id, write }, body) =>
      write(concat(frames.headers(id), frames.data(id, body.subarray(0, 6)), frames.trailers(id))),
    ...BROKEN_OFF,
    unary: true,
  },
  "one byte at a time": {
    async answer({ id, write, send }) {
      await write(frames.headers(id));
      await send(frame(0, zeros.subarray(0, 1), 10_000));
      return await pump(send, zeros.subarray(0, 1), 20);
    },
    ...LATE,
    unary: true,
  },
};
