// What the tests look at inside of the page.

/** Before the page's own code: notes what it hands to Web Audio, and what it takes back. */
export const RECORD = `
  globalThis.started = [];
  globalThis.stopped = 0;
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when) {
    const { context, buffer } = this;
    const samples = Array.from(buffer.getChannelData(0));
    started.push({ when, now: context.currentTime, rate: context.sampleRate, samples });
    return start.call(this, when);
  };
  AudioBufferSourceNode.prototype.stop = function () {
    stopped += 1;
    return stop.call(this);
  };
`;

export interface Started {
  readonly when: number;
  readonly now: number;
  readonly rate: number;
  readonly samples: readonly number[];
}

/** What Chromium makes of it when it plays it: the samples from the first on, as 16-bit integers. */
export const RENDERED = `(async () => {
  const pieces = [...started];
  const first = Math.round(pieces[0].when * 24000);
  const last = pieces.at(-1);
  const end = Math.round(last.when * 24000) + last.samples.length;
  const context = new OfflineAudioContext(1, end, 24000);
  for (const { when, samples } of pieces) {
    const buffer = context.createBuffer(1, samples.length, 24000);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(when);
  }
  const rendered = await context.startRendering();
  return Array.from(rendered.getChannelData(0).subarray(first), (sample) => sample * 32768);
})()`;

/** How much of the waveform is drawn: its tallest bar, and how many columns have a bar of 10 pixels or more. */
export const DRAWN = `(() => {
  const root = document.querySelector("#waveform > div").shadowRoot;
  let tallest = 0, columns = 0;
  for (const canvas of root.querySelectorAll(".canvases canvas")) {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    for (let x = 0; x < width; x++) {
      let painted = 0;
      for (let y = 0; y < height; y++) if (data[4 * (y * width + x) + 3] > 0) painted++;
      tallest = Math.max(tallest, painted);
      if (painted >= 10) columns++;
    }
  }
  return { tallest, columns };
})()`;

/** What is wrong for those who do not see the page, or see little. */
export const BARRIERS = `(() => {
  const problems = [];
  const must = (right, what) => { if (!right) problems.push(what); };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return /, 0\\)$/.test(color) ? background(element.parentElement) : color;
  };
  must(document.documentElement.lang === "en", "the page has no language");
  must(document.title !== "", "the page has no title");
  must(all("main").length === 1 && all("h1").length === 1, "not one main part and one heading");
  for (const control of all("select, textarea, input")) {
    must(control.labels?.length > 0, control.id + " has no label");
  }
  for (const button of all("button, a")) {
    must(button.textContent.trim() !== "", button.id + " has no name");
  }
  for (const image of all("[role=img], ol")) {
    must(image.hasAttribute("aria-label"), image.id + " has no label");
  }
  for (const section of all("section")) {
    const heading = document.getElementById(section.getAttribute("aria-labelledby"));
    must(heading?.textContent, "a section has no heading");
  }
  const ids = all("[id]").map(({ id }) => id);
  must(new Set(ids).size === ids.length, "an id twice");
  must(all("[role=status][aria-live=polite]").length === 1, "the status is not live");
  must(all("[tabindex]:not([tabindex='0'])").length === 0, "an order of its own for Tab");
  for (const element of all("h1, h2, p, label, li, select, textarea, button, a, output, footer")) {
    if (element.hasAttribute("aria-disabled") || element.closest("[hidden]")) continue;
    const [light, dark] = [getComputedStyle(element).color, background(element)]
      .map(luminance).sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    must(contrast >= 4.5, (element.id || element.className || element.localName) + " has a contrast of " + contrast);
  }
  return problems;
})()`;
