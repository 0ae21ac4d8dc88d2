// Stands for `@livekit/agents` where this repository is checked: the package brings 280 MB. `deno task test:livekit` runs the plugin
// with the real one.

// deno-lint-ignore-file no-explicit-any -- the plugin is plain JavaScript
export const APIConnectionError: any;
export const APIStatusError: any;
export const AudioByteStream: any;
export const initializeLogger: any;
export const tokenize: any;
export const tts: any;
