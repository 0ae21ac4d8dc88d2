/**
 * What is on the page, and what visitors do with it.
 *
 * @module
 */

import { Gender, type Voice } from "@tsetsen/sdk/lean";
import { typeOf } from "./audio_type.ts";

const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const form = find<HTMLFormElement>("form");
const voice = find<HTMLSelectElement>("voice");
const text = find<HTMLTextAreaElement>("text");
const count = find<HTMLOutputElement>("count");
const speak = find("speak");
const submit = find("submit");
const stop = find("stop");
const replay = find("replay");
const download = find<HTMLAnchorElement>("download");
const updates = find("updates");

/** Where the waveform is drawn. */
export const waveform: HTMLElement = find("waveform");

text.addEventListener("input", showCount);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
showCount();

/** "Speak live", or Ctrl and Enter. */
export function onSpeak(act: () => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isEnabled(speak)) act();
  });
}

/** "Submit as a job". */
export function onSubmit(act: () => void): void {
  onPress(submit, () => form.reportValidity() && act());
}

/** "Stop", or Escape. */
export function onStop(act: () => void): void {
  onPress(stop, act);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && isEnabled(stop)) act();
  });
}

/** "Play again". */
export function onReplay(act: () => void): void {
  onPress(replay, act);
}

/** What the visitor has chosen. */
export function request(): { text: string; voiceId: string } {
  return { text: text.value, voiceId: voice.value };
}

/** Fills the list of voices. */
export function showVoices(voices: readonly Voice[]): void {
  voice.replaceChildren(...voices.map(({ id, name, gender }) => {
    const kind = { [Gender.FEMALE]: ", female", [Gender.MALE]: ", male" }[gender as number] ?? "";
    return new Option(`${name}${kind}`, id);
  }));
  // The emulator's voices say so in their ids.
  find("note").hidden = !voices.every(({ id }) => id.startsWith("emulator-"));
}

/** Says something, aloud too for those who listen to the page. */
export function say(words: string): void {
  find("status").textContent = words;
}

/** Adds a line to the status updates of the job. */
export function addUpdate(words: string): void {
  updates.hidden = false;
  const item = document.createElement("li");
  item.textContent = words;
  updates.append(item);
}

/** Something begins: nothing else can, and it can be stopped. */
export function begin(): void {
  enable(speak, false);
  enable(submit, false);
  enable(replay, false);
  enable(stop, true);
  updates.replaceChildren();
  updates.hidden = true;
  enable(download, false);
  URL.revokeObjectURL(download.href);
  download.removeAttribute("href");
}

/** It has ended. */
export function end(hasAudio: boolean): void {
  enable(speak, true);
  enable(submit, true);
  enable(replay, hasAudio);
}

/** Whether there is something to stop. */
export function showStop(can: boolean): void {
  enable(stop, can);
}

/** Shows how much has been heard, and how much there is. */
export function showTime(heard: number, all: number): void {
  find("time").textContent = `${heard.toFixed(1)} of ${all.toFixed(1)} s`;
}

/** Offers audio for download. */
export function offer(audio: Uint8Array<ArrayBuffer>): void {
  const { type, extension } = typeOf(audio);
  download.href = URL.createObjectURL(new Blob([audio], { type }));
  download.download = `speech.${extension}`;
  download.textContent = `Download ${extension.toUpperCase()}`;
  enable(download, true);
}

function showCount(): void {
  count.value = `${[...text.value].length} of ${text.maxLength} characters`;
}

function onPress(element: HTMLElement, act: () => void): void {
  element.addEventListener("click", () => {
    if (isEnabled(element)) act();
  });
}

// Not `disabled`: that would take the focus away from whoever has just pressed the button.
function enable(element: HTMLElement, can: boolean): void {
  element.toggleAttribute("aria-disabled", !can);
  if (!can) element.setAttribute("aria-disabled", "true");
}

function isEnabled(element: HTMLElement): boolean {
  return !element.hasAttribute("aria-disabled");
}
