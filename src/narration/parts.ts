import { SAMPLE_RATE } from "../audio/wav_writer.ts";
import { splitText, type TextPart } from "../text/mod.ts";
import type { PartOptions } from "./options.ts";
import type { PartState, Purchase } from "./state.ts";

/** Cuts a text. The pauses follow the speed unless told otherwise. */
export function cut(text: string, speed: number, options: PartOptions): TextPart[] {
  const { captions, pauseScale = 1 / speed, ...rest } = options;
  if (captions !== undefined && captions !== "sentence") {
    throw new RangeError(`captions must be "sentence": got ${captions}`);
  }
  return splitText(text, { ...rest, pauseScale, joinSentences: captions !== "sentence" });
}

/** What is sent of a part: the white space around it, the line ends of paragraphs above all, costs and says nothing. */
export function spoken(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(start, end).trim();
}

/** A part of which nothing has been bought yet. One that cannot be spoken is only its pause. */
export function freshPart({ start, end, boundary, pause, speakable }: TextPart): PartState {
  const place = { start, end, boundary, pause: Math.round(pause * SAMPLE_RATE / 1_000) };
  return speakable ? { ...place, status: "pending" } : { ...place, status: "done", samples: 0 };
}

/** Whether a part is only its pause. */
export function isSilent({ status, samples }: PartState): boolean {
  return status === "done" && samples === 0;
}

/** A part with what is known about it now. */
export function withPurchase(part: PartState, { bytes, ...purchase }: Purchase): PartState {
  const { start, end, boundary, pause } = part;
  return {
    start,
    end,
    boundary,
    pause,
    ...purchase,
    samples: bytes === undefined ? undefined : bytes / 2,
  };
}

/** What is known about a part's purchase. */
export function purchaseOf({ status, requestId, creditsUsed, samples }: PartState): Purchase {
  const bytes = samples === undefined ? undefined : samples * 2;
  return { status, requestId, creditsUsed, bytes };
}
