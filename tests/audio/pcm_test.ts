// From the chunks of a stream to whole samples.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ServerError, wavHeader } from "../../mod.ts";
import { PcmReader } from "../../src/audio/wav/pcm.ts";
import { concat, cut, hex, toHex, utf8 } from "../support/hex.ts";

/** What a reader makes of these chunks; each piece of it must be whole samples. */
function read(chunks: readonly Uint8Array[]): Uint8Array {
  const reader = new PcmReader();
  const pieces: Uint8Array[] = chunks.map((chunk) => reader.push(chunk).slice());
  pieces.push(reader.end());
  for (const piece of pieces) assertEquals(piece.length % 2, 0);
  return concat(...pieces);
}

function even(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, bytes.length - bytes.length % 2);
}

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 300 });
/** A chunk that is none of ours, before the data. */
const LIST = concat(utf8("LIST"), hex("03 00 00 00 61 62 63 00"));

Deno.test("PcmReader gives the bytes back in whole samples, whatever the chunks", () => {
  fc.assert(fc.property(bytes, sizes, (pcm, lengths) => {
    fc.pre(pcm[0] !== 0x52); // an "R" may begin a header
    assertEquals(toHex(read(cut(pcm, lengths))), toHex(even(pcm)));
  }));
});

Deno.test("PcmReader drops a WAV header, whatever the chunks", () => {
  const head = fc.constantFrom(
    wavHeader(),
    concat(wavHeader().slice(0, 36), LIST, wavHeader().slice(36)),
    concat(wavHeader().slice(0, 12), LIST, wavHeader().slice(12)),
  );
  fc.assert(fc.property(head, bytes, sizes, (header, pcm, lengths) => {
    assertEquals(toHex(read(cut(concat(header, pcm), lengths))), toHex(even(pcm)));
  }));
});

Deno.test("PcmReader drops a header that is split at any position", () => {
  const pcm = hex("01 02 03 04 05 06");
  const wav = concat(wavHeader(pcm.length), pcm);
  for (let at = 0; at <= wav.length; at++) {
    assertEquals(toHex(read([wav.slice(0, at), wav.slice(at)])), toHex(pcm), `at ${at}`);
  }
  assertEquals(toHex(read(cut(wav, [1]))), toHex(pcm));
});

Deno.test("PcmReader stops at the length that the header announces", () => {
  fc.assert(fc.property(bytes, sizes, (pcm, lengths) => {
    fc.pre(pcm.length > 0);
    const pad = new Uint8Array(pcm.length % 2);
    const wav = concat(wavHeader(pcm.length), pcm, pad, LIST);
    assertEquals(toHex(read(cut(wav, lengths))), toHex(even(pcm)));
  }));
});

Deno.test("PcmReader reads on when the header does not know the length", () => {
  for (const size of ["00 00 00 00", "ff ff ff ff", "ff ff ff 7f"]) {
    const wav = concat(wavHeader().slice(0, 40), hex(size), hex("01 02 03 04"));
    assertEquals(toHex(read([wav])), "01 02 03 04");
  }
});

Deno.test("PcmReader reads bytes that only look like a header as samples", () => {
  for (const start of ["R", "RI", "RIFF", "RIFX", "RIFF1234", "RIFF1234WAV", "RIFF1234AVI LIST"]) {
    const pcm = utf8(start);
    assertEquals(toHex(read([pcm])), toHex(even(pcm)), start);
    assertEquals(toHex(read(cut(pcm, [1]))), toHex(even(pcm)), start);
  }
});

Deno.test("PcmReader fails when the stream ends inside a header, or before what it announces", () => {
  const wav = concat(wavHeader(100), new Uint8Array(100));
  for (let length = 12; length < wav.length; length++) {
    const error = assertThrows(() => read([wav.slice(0, length)]), ServerError, "cut short");
    assert(error.message.includes("WAV header"), error.message);
  }
  assertThrows(() => read(cut(wav.slice(0, -1), [7])), ServerError, "cut short");
  assertEquals(read([wav]).length, 100);
  // Half a sample is no loss, and no header either.
  const odd = concat(wavHeader(3), hex("01 02 03"));
  assertEquals(toHex(read([odd])), "01 02");
  assertEquals(toHex(read([wavHeader()])), "");
});

Deno.test("PcmReader refuses a header of another format, and names it", () => {
  const change = (at: number, value: number) => {
    const header = wavHeader(100);
    new DataView(header.buffer).setUint16(at, value, true);
    return header;
  };
  const headers = {
    "24000 Hz, 16 bits, 2 channel(s), coding 1": change(22, 2),
    "44100 Hz, 16 bits, 1 channel(s), coding 1": change(24, 44_100),
    "24000 Hz, 8 bits, 1 channel(s), coding 1": change(34, 8),
    "24000 Hz, 16 bits, 1 channel(s), coding 6": change(20, 6),
  };
  for (const [name, header] of Object.entries(headers)) {
    const { message } = assertThrows(() => read([header]), ServerError);
    assert(message.includes(`The audio is WAV of ${name}: expected 24000 Hz, 16 bits`), message);
    assertThrows(() => read(cut(header, [3])), ServerError);
  }
  // "Extensible" is how some writers call the same PCM.
  const extensible = concat(change(20, 0xfffe), new Uint8Array(100));
  assertEquals(read([extensible]).length, 100);
});

Deno.test("PcmReader bounds a header that has no end", () => {
  const junk = concat(utf8("RIFF"), hex("ff ff ff ff"), utf8("WAVEjunk"), hex("ff ff ff ff"));
  const reader = new PcmReader();
  let taken = 0;
  assertThrows(() => {
    for (; taken < 1e6; taken += 4_096) reader.push(taken === 0 ? junk : new Uint8Array(4_096));
  }, ServerError);
  assert(taken <= 65_536 + 4_096, `${taken}`);
});

Deno.test("PcmReader does not keep a view into a chunk that its owner may write again", () => {
  const reader = new PcmReader();
  reader.push(new Uint8Array(32));
  const chunk = hex("01 02 03");
  reader.push(chunk);
  chunk.fill(0xff);
  assertEquals(toHex(reader.push(hex("04"))), "03 04");
});
