// WAV headers and files, byte by byte.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  BYTES_PER_SAMPLE,
  encodeWav,
  SAMPLE_RATE,
  WAV_HEADER_BYTES,
  wavHeader,
} from "../../mod.ts";
import { concatBytes, pushChunk } from "../../src/lib/bytes.ts";
import { concat, cut, hex, toHex } from "../support/hex.ts";

const HEADER = `
  52 49 46 46 // "RIFF"
  28 00 00 00 // 40 bytes follow: 36 of the header, 4 of samples
  57 41 56 45 // "WAVE"
  66 6d 74 20 // "fmt "
  10 00 00 00 // 16 bytes follow
  01 00 // PCM
  01 00 // 1 channel
  c0 5d 00 00 // 24,000 samples a second
  80 bb 00 00 // 48,000 bytes a second
  02 00 // 2 bytes a frame
  10 00 // 16 bits a sample
  64 61 74 61 // "data"
  04 00 00 00 // 4 bytes follow
`;

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

Deno.test("wavHeader writes exactly these 44 bytes", () => {
  assertEquals(toHex(wavHeader(4)), toHex(hex(HEADER)));
  assertEquals([WAV_HEADER_BYTES, SAMPLE_RATE, BYTES_PER_SAMPLE], [44, 24_000, 2]);
  // As SoX marks it.
  const unknown = HEADER.replace("28 00 00 00", "24 f0 ff 7f").replace(
    "04 00 00 00",
    "00 f0 ff 7f",
  );
  assertEquals(toHex(wavHeader()), toHex(hex(unknown)));
});

Deno.test("wavHeader takes every length that fits, and refuses the others", () => {
  const most = 4_294_967_258;
  assertEquals(uint32(wavHeader(0), 40), 0);
  assertEquals([uint32(wavHeader(most), 4), uint32(wavHeader(most), 40)], [most + 36, most]);
  for (const bad of [-1, 0.5, NaN, Infinity, most + 1]) {
    assertThrows(() => wavHeader(bad), RangeError, "dataBytes must be a whole number from 0 to");
  }
  const text = "4" as unknown as number;
  assertThrows(() => wavHeader(text), TypeError, "dataBytes must be a whole number from 0 to");
});

Deno.test("encodeWav is the header and the samples, in one piece or in several", () => {
  const pcm = fc.uint8Array({ maxLength: 200 }).filter((bytes) => bytes.length % 2 === 0);
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(pcm, sizes, (bytes, lengths) => {
    const expected = toHex(concat(wavHeader(bytes.length), bytes));
    assertEquals(toHex(encodeWav(bytes)), expected);
    assertEquals(toHex(encodeWav(cut(bytes, lengths))), expected);
  }));
  assertEquals(toHex(encodeWav([])), toHex(wavHeader(0)));
});

Deno.test("encodeWav makes a file as long as its header says, and drops half a sample", () => {
  for (const length of [0, 1, 2, 3, 4]) {
    const wav = encodeWav(new Uint8Array(length));
    assertEquals(uint32(wav, 4) + 8, wav.length, `${length} bytes`);
    assertEquals([uint32(wav, 40), wav.length], [length & ~1, 44 + (length & ~1)]);
    assertEquals(encodeWav([new Uint8Array(length)]), wav);
  }
});

Deno.test("encodeWav and join take views into larger buffers", () => {
  const view = hex("ff 01 02 ff").subarray(1, 3);
  assertEquals(toHex(encodeWav(view).slice(44)), "01 02");
  const joined = concatBytes([view, view]);
  assertEquals(toHex(joined), "01 02 01 02");
  assertEquals(joined.buffer.byteLength, 4);
});

Deno.test("gather keeps all bytes in order, and few arrays however small the chunks are", () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ max: 30, min: 0 }), fc.integer({ max: 3_000, min: 0 })),
  );
  fc.assert(fc.property(sizes, (lengths) => {
    const given = lengths.map((length, i) => new Uint8Array(length).fill(i));
    const kept: Uint8Array[] = [];
    for (const chunk of given) pushChunk(kept, chunk);
    const all = concatBytes(given);
    assertEquals(concatBytes(kept), all);
    // Two that stand side by side hold more than 1 KiB together.
    assert(kept.length <= 1 + 2 * all.length / 1_024, `${kept.length} for ${all.length} bytes`);
  }));
});

Deno.test("gather keeps a large chunk itself, without a copy", () => {
  const large = [new Uint8Array(1_000), new Uint8Array(4_096), new Uint8Array(65_536)];
  const kept: Uint8Array[] = [];
  for (const chunk of large) pushChunk(kept, chunk);
  for (const [i, chunk] of large.entries()) assert(kept[i] === chunk);
});
