// The tests of the nine promises once more, over native gRPC. Those that a test of HTTP/1.1's bytes is all about have a
// counterpart in this folder.

import { promiseFiles, runAgain } from "../support/again.ts";
import { mode } from "../support/rig.ts";

/** What is not run again, by the beginning of its name, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "Client does nothing when it is imported and made": "is about the core alone",
  "Client shows neither key nor text when its fetch fails": "there is no fetch",
  "differences reports": "tests the table",
  "Client sends GenerateSpeech again when the connection was refused": IN("money_test.ts"),
  "Client sends StreamSpeech again when the connection was refused": IN("money_test.ts"),
  "Client.generateSpeech says charged: unknown when the answer names": IN("money_test.ts"),
  "SpeechStream lets the server run ahead of a slow reader": IN("bounds_test.ts"),
  "Client.getUserBalance withstands": IN("bounds_test.ts"),
  "Client.streamSpeech withstands": IN("bounds_test.ts"),
  "Client.streamSpeech reads a WAV header of thousands": "is about the reader of WAV alone",
  "Client.streamSpeech ends at idleTimeout when bytes trickle in": IN("bounds_test.ts"),
  "Client with maxMessageBytes of": IN("bounds_test.ts"),
  "Client.listVoices with maxMessageBytes of": IN("bounds_test.ts"),
  "Client withstands a small answer that unpacks": "no compression is accepted: see the flags",
  "Client passes over fields that it does not know": IN("answers_test.ts"),
  "Client reads answers without any field": IN("answers_test.ts"),
  "SpeechStream fails when neither is_final nor trailers have come": IN("answers_test.ts"),
  "SpeechStream is complete at is_final, whatever becomes": IN("answers_test.ts"),
  "SpeechStream fails with the status of its trailers": IN("answers_test.ts"),
  "SpeechStream gives the audio that came in one piece with": IN("answers_test.ts"),
  "SpeechStream was charged when audio has come": IN("answers_test.ts"),
};

function IN(file: string): string {
  return `needs a server of its own: tests/grpc/${file}`;
}

mode.speak = "grpc";
await runAgain(promiseFiles(), "over native gRPC", NOT_HERE);
