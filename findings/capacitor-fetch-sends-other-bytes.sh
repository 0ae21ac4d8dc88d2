#!/usr/bin/env bash
# Capacitor's fetch sends {} for a Blob or an ArrayBuffer, and makes text of a Uint8Array, so that recorded speech arrives as noise
#
# Guess:   With the plugin CapacitorHttp on, fetch goes over the native library, which does away with CORS, and carries the same bytes: the native side gets a
#          body of bytes in base64, whatever its content type is.
# Came:    A Blob and an ArrayBuffer reach the native side as {}, of the kind "json". A Uint8Array reaches it decoded as UTF-8: each byte that is no UTF-8 has become
#          U+FFFD, three bytes; for audio/wav and for application/octet-stream. Only a File comes whole, in base64. Nothing is raised.
# With:    native-bridge.js of @capacitor/android 8.5.2, which an app injects into its page, on Node 20.20; run on 2026-11-29.
# Matters: An app that sends speech to a recogniser, or speaks gRPC-Web, sends noise and pays for it. Send a File, or take the web view's own fetch, which the
#          bridge keeps as CapacitorWebFetch.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund --legacy-peer-deps @capacitor/android@8.5.2
cat >send.mjs <<'JS'
import { File } from "node:buffer";
import { readFileSync } from "node:fs";
let got;
// What a web view has, and what the app adds to it.
Object.assign(globalThis, {
  window: globalThis,
  File,
  XMLHttpRequest: class {},
  FileReader: class {
    readAsBinaryString(file) {
      file.arrayBuffer().then((bytes) => {
        this.result = Buffer.from(bytes).toString("latin1");
        this.onloadend();
      });
    }
  },
  document: { addEventListener() {}, cookie: "" },
  Document: class {},
  HTMLDocument: class {},
  WEBVIEW_SERVER_URL: "https://localhost",
  CapacitorHttpAndroidInterface: { isEnabled: () => true },
  CapacitorCookiesAndroidInterface: { isEnabled: () => false },
  androidBridge: {
    postMessage(json) {
      const { pluginId, options } = JSON.parse(json);
      if (pluginId === "CapacitorHttp") got(options);
    },
  },
});
Object.defineProperty(Document.prototype, "cookie", { get: () => "", set() {}, configurable: true });
for (const name of ["time", "timeEnd"]) console[name] = () => {};
(0, eval)(readFileSync("node_modules/@capacitor/android/capacitor/src/main/assets/native-bridge.js", "utf8"));

// The header of a WAV, and two samples.
const bytes = Uint8Array.of(...Buffer.from("RIFF"), 0x80, 0xbb, 0xff, 0x7f);
const bodies = {
  "Uint8Array, audio/wav": [bytes, "audio/wav"],
  "Uint8Array, application/octet-stream": [bytes, "application/octet-stream"],
  "ArrayBuffer, audio/wav": [bytes.buffer, "audio/wav"],
  "Blob, audio/wav": [new Blob([bytes], { type: "audio/wav" }), "audio/wav"],
  "File, audio/wav": [new File([bytes], "a.wav", { type: "audio/wav" }), "audio/wav"],
};
console.log(`to send: ${Buffer.from(bytes).toString("hex")}`);
for (const [name, [body, type]] of Object.entries(bodies)) {
  const { data, dataType } = await new Promise((resolve) => {
    got = resolve;
    window.fetch("https://recogniser.example/", { method: "POST", headers: { "content-type": type }, body })
      .catch((error) => resolve({ data: `${error}`, dataType: "error" }));
  });
  const sent = dataType === "file" ? Buffer.from(data, "base64").toString("hex")
    : typeof data === "string" ? Buffer.from(data).toString("hex") : JSON.stringify(data);
  console.log(`${name}: ${dataType}, ${sent}`);
}
process.exit(0);
JS
node send.mjs | tee seen
diff - seen <<'WANT'
to send: 5249464680bbff7f
Uint8Array, audio/wav: text, 52494646efbfbdefbfbdefbfbd7f
Uint8Array, application/octet-stream: binary, 52494646efbfbdefbfbdefbfbd7f
ArrayBuffer, audio/wav: json, {}
Blob, audio/wav: json, {}
File, audio/wav: file, 5249464680bbff7f
WANT
