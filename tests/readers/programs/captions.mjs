// Parsers of captions in Node: captions.mjs PARSER FILE prints JSON, [start, end, text] of each cue as a viewer sees it, times in
// milliseconds.

import { readFileSync } from "node:fs";

const [parser, path] = process.argv.slice(2);
const source = readFileSync(path, "utf8");

const PARSERS = {
  async "media-captions"() {
    const { parseText, tokenizeVTTCue } = await import("media-captions");
    const { cues } = await parseText(source, { type: path.endsWith(".srt") ? "srt" : "vtt" });
    const text = (nodes) =>
      nodes.map((node) => node.children ? text(node.children) : node.data).join("");
    return cues.map((cue) => [cue.startTime, cue.endTime, text(tokenizeVTTCue(cue))]);
  },
  async "vtt.js"() {
    const { default: { VTTCue, VTTRegion, WebVTT } } = await import("vtt.js");
    // As much of a page as it takes to hold text.
    const node = (data = "") => ({
      data,
      children: [],
      style: {},
      appendChild(child) {
        this.children.push(child);
        child.parentNode = this;
      },
      get textContent() {
        return this.data + this.children.map((child) => child.textContent).join("");
      },
    });
    const document = {
      createElement: () => node(),
      createTextNode: node,
      createProcessingInstruction: () => node(),
    };
    const window = { VTTCue, VTTRegion, document };
    globalThis.window = window;
    globalThis.navigator ??= { userAgent: "" };
    const cues = [];
    const reader = new WebVTT.Parser(window, WebVTT.StringDecoder());
    reader.oncue = (cue) => cues.push(cue);
    reader.parse(source);
    reader.flush();
    return cues.map((
      { startTime, endTime, text },
    ) => [startTime, endTime, WebVTT.convertCueToDOMTree(window, text).textContent]);
  },
};

const cues = await PARSERS[parser]();
process.stdout.write(
  JSON.stringify(
    cues.map(([start, end, text]) => [Math.round(start * 1000), Math.round(end * 1000), text]),
  ),
);
