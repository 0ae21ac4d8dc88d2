// Readers of Node: read.mjs READER INPUT OUTPUT writes 16-bit samples, and prints JSON with the seconds that it was told.

import { readFileSync, writeFileSync } from "node:fs";

const [reader, source, target] = process.argv.slice(2);
const file = new Uint8Array(readFileSync(source));

const READERS = {
  async "music-metadata"() {
    const { parseBuffer } = await import("music-metadata");
    const { format } = await parseBuffer(file, { mimeType: "audio/wav" });
    return { told: format.duration ?? null };
  },
  async mediabunny() {
    const { AudioSampleSink, BufferSource, Input, WAVE } = await import("mediabunny");
    const input = new Input({ formats: [WAVE], source: new BufferSource(file) });
    const track = await input.getPrimaryAudioTrack();
    const pieces = [];
    for await (const sample of new AudioSampleSink(track).samples()) {
      const piece = new Uint8Array(sample.allocationSize({ planeIndex: 0, format: "s16" }));
      sample.copyTo(piece, { planeIndex: 0, format: "s16" });
      sample.close();
      pieces.push(piece);
    }
    return { pcm: Buffer.concat(pieces), told: await track.computeDuration() };
  },
  async "node-wav"() {
    const { default: nodeWav } = await import("node-wav");
    return { pcm: fromFloats(nodeWav.decode(file.buffer).channelData[0]) };
  },
  async "wav-decoder"() {
    const { default: decoder } = await import("wav-decoder");
    return { pcm: fromFloats((await decoder.decode(file.buffer)).channelData[0]) };
  },
};

/** Both packages divide what is above zero by 32,767. */
function fromFloats(floats) {
  return Int16Array.from(floats, (value) => Math.round(value * (value < 0 ? 32_768 : 32_767)));
}

const { pcm, told } = await READERS[reader]();
if (pcm !== undefined) writeFileSync(target, pcm);
process.stdout.write(JSON.stringify({ told }));
