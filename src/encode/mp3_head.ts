/**
 * The "Info" frame of an MP3: a silent first frame. It tells decoders the number of frames, and how many samples at the
 * start and at the end are not audio. See http://gabriel.mp3-tech.org/mp3infotag.html.
 *
 * @module
 */

/** Samples of one frame at 24,000 Hz. */
const MP3_FRAME_SAMPLES = 576;

/** Samples that the encoder (LAME) puts before the audio. */
const ENCODER_DELAY = 576;

/** Samples that a decoder adds before the audio. */
const DECODER_DELAY = 529;

/** Samples before the audio in decoders that do not read the frame. */
export const MP3_DELAY: number = ENCODER_DELAY + DECODER_DELAY;

/** Bytes of the frame. It has 64,000 bits a second, whatever the others have, because everything must fit. */
const INFO_BYTES = 192;

/** Where the mark stands: after the header and the side information of mono. */
const MARK_AT = 13;

/** Bytes of the encoder's own fields, at the end of the marked ones. */
const LAME_BYTES = 36;

/** What the frame says of the audio, once it is encoded. */
export interface Mp3Facts {
  /** The frames, this one not counted. */
  readonly frames: number;
  /** The bytes of all frames, this one not counted. */
  readonly bytes: number;
  /** The samples that were encoded. */
  readonly samples: number;
}

/**
 * The frame.
 *
 * @param facts What was encoded. While it is `undefined`, the frame states only the samples at the start.
 * @param bitrate The bits a second of the other frames.
 */
export function infoFrame(facts: Mp3Facts | undefined, bitrate: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(INFO_BYTES);
  const view = new DataView(frame.buffer);
  // MPEG-2 layer III, no checksum, 64,000 bits a second, 24,000 Hz, mono.
  view.setUint32(0, 0xfff3_84c0);
  write(frame, MARK_AT, "Info");
  let at = MARK_AT + 8;
  let padding = 0;
  if (facts !== undefined) {
    const { frames, bytes, samples } = facts;
    padding = Math.max(0, frames * MP3_FRAME_SAMPLES - ENCODER_DELAY - samples);
    // The number of frames, the bytes, and a table of where each hundredth begins.
    view.setUint32(MARK_AT + 4, 0b111);
    view.setUint32(at, frames);
    view.setUint32(at + 4, bytes + INFO_BYTES);
    at += 8;
    for (let i = 0; i < 100; i++) frame[at + i] = Math.floor(256 * i / 100);
    at += 100;
  }
  write(frame, at, "LAME3.100");
  view.setUint8(at + 9, 0x01); // constant bitrate
  view.setUint8(at + 20, Math.min(255, bitrate / 1_000));
  view.setUint8(at + 21, ENCODER_DELAY >> 4);
  view.setUint16(at + 22, (ENCODER_DELAY & 0xf) << 12 | Math.min(padding, 0xfff));
  view.setUint32(at + 28, facts === undefined ? 0 : facts.bytes + INFO_BYTES);
  const end = at + LAME_BYTES - 2;
  view.setUint16(end, checksum(frame.subarray(0, end)));
  return frame;
}

function write(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** CRC-16 of the polynomial 0x8005, lowest bit first. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >> 1 ^ 0xa001 : sum >> 1;
  }
  return sum;
}
