/**
 * The wire format of protobuf, as far as the messages of the service and the statuses of gRPC need it.
 *
 * `@bufbuild/protobuf/wire` can do more, and is one sixth of a bundle that needs nothing else of that package. The generated
 * codecs answer as protobuf-es does, to malformed bytes too: `tests/gen/` compares the two.
 *
 * See https://protobuf.dev/programming-guides/encoding/
 *
 * @module
 */

/** How deep the groups in an unknown field may be nested, as in protobuf-es. */
export const MAX_GROUP_DEPTH = 99;

/** Up to this length, a loop over the characters of a string is faster than a call of a decoder or an encoder. */
const SHORT_LENGTH = 64;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(4));

/** Reads the fields of a message. */
export class WireReader {
  /** Where the next byte is read. */
  pos = 0;
  /** The number of bytes. */
  readonly len: number;
  readonly #bytes: Uint8Array;

  /** @param bytes The encoded message. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.len = bytes.length;
  }

  /** Reads a tag. */
  tag(): [field: number, wireType: number] {
    const start = this.pos;
    const tag = this.uint32();
    const length = this.pos - start;
    if (length > 5 || length === 5 && (this.#bytes[this.pos - 1] as number) > 15) {
      throw new Error("illegal tag: varint overflows uint32");
    }
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field === 0 || wireType > 5) {
      throw new Error(`illegal tag: field no ${field} wire type ${wireType}`);
    }
    return [field, wireType];
  }

  /**
   * Skips the value of a field that is not known.
   *
   * @param wireType The wire type of its tag.
   * @param field Its number, which the end of a group repeats.
   * @param depth How deep groups may be nested.
   */
  skip(wireType: number, field: number, depth: number = MAX_GROUP_DEPTH): void {
    if (wireType === 0) {
      while ((this.#bytes[this.pos++] as number) & 0x80);
    } else if (wireType === 1) this.pos += 8;
    else if (wireType === 2) {
      const length = this.uint32();
      this.pos += length;
    } else if (wireType === 5) this.pos += 4;
    else if (wireType === 3) {
      if (depth <= 0) throw new Error("maximum recursion depth reached");
      for (;;) {
        const [inner, type] = this.tag();
        if (type === 4) {
          if (inner !== field) throw new Error("invalid end group tag");
          break;
        }
        this.skip(type, inner, depth - 1);
      }
    } else throw new Error(`cant skip wire type ${wireType}`);
    this.#assertBounds();
  }

  /** Reads a `uint32`: the low 32 bits of a varint. */
  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.pos++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) {
        this.#assertBounds();
        return value >>> 0;
      }
    }
    throw new Error("invalid varint");
  }

  /** Reads an `int32`, or an enum. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** Reads an `int64`. Beyond 2^53 it is the nearest number that there is. */
  int64(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.pos++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (!(byte & 0x80)) {
        this.#assertBounds();
        return Number(BigInt.asIntN(64, value));
      }
    }
    throw new Error("invalid varint");
  }

  /** Reads a `bool`. */
  bool(): boolean {
    return this.int64() !== 0;
  }

  /** Reads a `float`. */
  float(): number {
    const at = this.pos;
    this.pos += 4;
    // The error of a DataView, as in protobuf-es. A DataView of the bytes would cost a microsecond.
    if (this.pos > this.len) throw new RangeError("Offset is outside the bounds of the DataView");
    for (let i = 0; i < 4; i++) scratch.setUint8(i, this.#bytes[at + i] as number);
    return scratch.getFloat32(0, true);
  }

  /** Reads `bytes`. They are a view of those that are read from. */
  bytes(): Uint8Array {
    const length = this.uint32();
    const start = this.pos;
    this.pos += length;
    this.#assertBounds();
    return this.#bytes.subarray(start, this.pos);
  }

  /** Reads a `string`. Throws when it is not UTF-8. */
  string(): string {
    const length = this.uint32();
    const start = this.pos;
    this.pos += length;
    this.#assertBounds();
    let text = "";
    for (let at = start; at < this.pos; at++) {
      const byte = this.#bytes[at] as number;
      if (byte > 0x7f || length > SHORT_LENGTH) {
        return decoder.decode(this.#bytes.subarray(start, this.pos));
      }
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #assertBounds(): void {
    if (this.pos > this.len) throw new RangeError("premature EOF");
  }
}

/** Writes the fields of a message. */
export class WireWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Writes a tag, or a `uint32`. */
  uint32(value: number): this {
    const bytes = this.#grow(5);
    for (; value > 0x7f; value >>>= 7) bytes[this.#length++] = value & 0x7f | 0x80;
    bytes[this.#length++] = value;
    return this;
  }

  /** Writes an `int32`, or an enum. One below 0 takes ten bytes. Throws when it is out of range. */
  int32(value: number): this {
    if (value !== (value | 0)) throw new Error(`invalid int32: ${value}`);
    if (value >= 0) return this.uint32(value);
    const bytes = this.#grow(10);
    for (let i = 0; i < 9; i++, value >>= 7) bytes[this.#length++] = value & 0x7f | 0x80;
    bytes[this.#length++] = 1;
    return this;
  }

  /** Writes a `bool`. */
  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  /** Writes a `float`. Throws when a finite number is out of range. */
  float(value: number): this {
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw new Error(`invalid float32: ${value}`);
    }
    scratch.setFloat32(0, value, true);
    const bytes = this.#grow(4);
    for (let i = 0; i < 4; i++) bytes[this.#length++] = scratch.getUint8(i);
    return this;
  }

  /** Writes `bytes`, or an encoded message. */
  bytes(value: Uint8Array): this {
    this.uint32(value.length).#grow(value.length).set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Writes a `string`. */
  string(value: string): this {
    const { length } = value;
    if (length > SHORT_LENGTH) return this.bytes(encoder.encode(value));
    const bytes = this.#grow(length + 1);
    const start = this.#length;
    bytes[start] = length;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return this.bytes(encoder.encode(value));
      bytes[start + 1 + i] = unit;
    }
    this.#length += length + 1;
    return this;
  }

  /** Returns what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for so many bytes. */
  #grow(count: number): Uint8Array<ArrayBuffer> {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(needed * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
