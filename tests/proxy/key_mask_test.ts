import { assert, assertEquals } from "@std/assert";
import { KeyMask, maskKey } from "../../src/proxy/key_mask.ts";
import { StreamFilter } from "../../src/proxy/stream_filter.ts";
import { framed, join, trailers } from "./setup.ts";

const KEY = "tsetsen-prod-tsetsen-Key_1";
const stars = "*".repeat(KEY.length);
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

Deno.test("KeyMask hides the key at every split of the bytes, and changes no other byte", () => {
  const text =
    `tsets${KEY}${KEY}-tsetsen-prod-tsetsen-prod-tsetsen-Key_1 tsetsen-prod-tsetsen-Key_`;
  const expected = text.replaceAll(KEY, stars);
  const bytes = encode(text);
  for (let a = 0; a <= bytes.length; a++) {
    for (let b = a; b <= bytes.length; b += 3) {
      const mask = new KeyMask(KEY);
      const parts = [bytes.slice(0, a), bytes.slice(a, b), bytes.slice(b)];
      const out = decode(join([...parts.map((part) => mask.push(part)), mask.end()]));
      assertEquals(out, expected, `${a} ${b}`);
    }
  }
  assertEquals(decode(maskKey(bytes, KEY)), expected);
  assertEquals(decode(bytes), text, "the given bytes are not written to");
});

Deno.test("KeyMask holds back only what may become the key", () => {
  const mask = new KeyMask(KEY);
  assertEquals(decode(mask.push(encode("audio tset"))), "audio ");
  assertEquals(decode(mask.push(encode("!more"))), "tset!more");
  const audio = crypto.getRandomValues(new Uint8Array(60_000)).map((byte) =>
    byte === 0x74 ? 0 : byte
  );
  assertEquals(mask.push(audio), audio);
  assertEquals(mask.end().length, 0);
});

Deno.test("StreamFilter passes messages without the key and ends with the trailers, at every split", () => {
  const answer = join([
    framed(0, encode(`a${KEY}b`)),
    framed(0, new Uint8Array(0)),
    framed(0, encode(KEY.slice(0, 9))),
    trailers({ "grpc-status": "0" }),
  ]);
  const expected = decode(answer).replace(KEY, stars).replace("grpc-status: 0", "x-seen: yes");
  for (let a = 0; a <= answer.length; a++) {
    const filter = new StreamFilter(KEY, (fields) => {
      assertEquals(fields, [["grpc-status", "0"]]);
      return [["x-seen", "yes"]];
    });
    const out = [...filter.push(answer.slice(0, a)), ...filter.push(answer.slice(a))];
    // The trailers are shorter by what was replaced.
    const got = decode(join(out));
    assertEquals(got.slice(0, -20), expected.slice(0, got.length - 20), `${a}`);
    assert(got.endsWith("x-seen: yes\r\n"), `${a}`);
    assert(filter.ended);
  }
});
