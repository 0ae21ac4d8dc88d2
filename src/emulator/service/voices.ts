/** The model versions. */
export const versions: readonly string[] = ["beta-v0.1", "beta-v0.2"];

/** One voice of the emulated service. */
export interface EmulatorVoice {
  /** The id to give as `voiceId`: letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** The name to show to a person. */
  readonly name: string;
  /** Decides the pitch of the placeholder tones: a female voice is an octave higher. */
  readonly gender: "male" | "female";
  /** The language it speaks, an ISO 639-1 code. Default `"mn"`. */
  readonly language?: string;
  /** The model version that has this voice. */
  readonly version: "beta-v0.1" | "beta-v0.2";
}

/** The voices that an emulator has when it is given none. The ids are the emulator's own. */
export const DEFAULT_VOICES: readonly EmulatorVoice[] = [
  { id: "emulator-v1-sarnai", name: "Сарнай", gender: "female", version: "beta-v0.1" },
  { id: "emulator-v1-bold", name: "Болд", gender: "male", version: "beta-v0.1" },
  { id: "emulator-v2-sarnai", name: "Сарнай", gender: "female", version: "beta-v0.2" },
  { id: "emulator-v2-bold", name: "Болд", gender: "male", version: "beta-v0.2" },
  { id: "emulator-v2-nomin", name: "Номин", gender: "female", version: "beta-v0.2" },
  { id: "emulator-v2-temuulen", name: "Тэмүүлэн", gender: "male", version: "beta-v0.2" },
];

/** The text of a preview. */
export const PREVIEW_TEXT = "Сайн байна уу? Намайг Цэцэн гэдэг.";
