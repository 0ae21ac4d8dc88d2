/**
 * Media types of audio, and what the type of an answer says about its bytes.
 *
 * @module
 */

import type { AudioFormat } from "./format.ts";

/** The subtype of `audio/` where it is not the name of the format. */
const NAMES: Readonly<Partial<Record<AudioFormat, string>>> = {
  pcm: "wav", // A player needs a header, which every whole file gets.
  rifx: "wav",
  rf64: "wav",
  mp3: "mpeg",
  au: "basic",
  caf: "x-caf",
  wma: "x-ms-wma",
  // A file of another kind must not become a page, whatever its server calls it.
  text: "x-unknown",
  unknown: "x-unknown",
};

/** What a server calls PCM. */
const PCM_SUBTYPES = /^(x-)?(vnd\.)?(wave?|pcm|raw|l16|lpcm)$/;

/** Types of text, whatever their kind. */
const TEXT_TYPES =
  /^(text|message)\/|[/+](json|xml|x?html|javascript|yaml)$|^application\/(xhtml|problem)/;

/** Types that are no audio. Other types of `application` say nothing: servers invent them for downloads. */
const OTHER_TYPES =
  /^(image|font|model|multipart)\/|^application\/(x-)?(pdf|zip|gzip|7z-compressed|rar|tar|msword|wasm|font|vnd\.(ms|openxml))/;

/** Formats by the subtypes that servers use for them. */
const SUBTYPES: readonly (readonly [RegExp, AudioFormat])[] = [
  [/^(x-)?(mpe?g|mpeg-?3|mp3)$/, "mp3"],
  [/^(x-)?(aacp?|hx-aac-adts)$/, "aac"],
  [/^amr/, "amr"],
  [/^(x-)?(ogg|opus|vorbis|speex)$/, "ogg"],
  [/^(x-)?flac$/, "flac"],
  [/^(x-)?(mp4|m4a|mp4a-latm|quicktime|3gpp2?)$/, "mp4"],
  [/^(x-)?(webm|matroska)$/, "webm"],
  [/^(basic|x-au)$/, "au"],
  [/^(x-)?aif[fc]$/, "aiff"],
  [/^x-caf$/, "caf"],
  [/^x-ms-(wma|asf)$/, "wma"],
  [/^(ac3|eac3)$/, "ac3"],
  [/^(x-)?midi?$/, "midi"],
];

/** The media type to give audio: that of the answer when it names audio, else that of the format. */
export function mediaType(format: AudioFormat, given: string | null): string {
  if (format !== "pcm" && /^audio\/[\w.+-]+/i.test(given ?? "")) return given as string;
  return `audio/${NAMES[format] ?? format}`;
}

/**
 * The format that an answer's content type names for bytes that look like bare PCM.
 *
 * @returns `"pcm"` when the type allows it, `"text"` for text of any kind, `"unknown"` for anything else that is no PCM.
 */
export function formatByType(given: string | null): AudioFormat {
  const type = essenceOf(given);
  if (TEXT_TYPES.test(type)) return "text";
  if (OTHER_TYPES.test(type)) return "unknown";
  const [kind, subtype = ""] = type.split("/");
  if ((kind !== "audio" && kind !== "video") || PCM_SUBTYPES.test(subtype)) return "pcm";
  return SUBTYPES.find(([pattern]) => pattern.test(subtype))?.[1] ?? "unknown";
}

/** Whether a content type names something that is no audio. */
export function excludesAudio(given: string | null): boolean {
  const type = essenceOf(given);
  return TEXT_TYPES.test(type) || OTHER_TYPES.test(type);
}

/** A content type for a message: short, without parameters, and only if it is well-formed. */
export function typeName(given: string | null): string {
  const type = essenceOf(given);
  return /^[\w.+-]{1,50}\/[\w.+-]{1,50}$/.test(type) ? type : "none";
}

function essenceOf(given: string | null): string {
  return (given ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
