// Downloads audio with a content coding, and shows audio on the console.

import process from "node:process";
import { clientOf, STREAM } from "../../support/rig.ts";

const [endpoint = "", audioUrl = ""] = process.argv.slice(2);
const client = clientOf(endpoint);
const audio = client.downloadAudio({ audioUrl });
console.log(`${(await audio.bytes()).length}`);
console.log(audio);
console.log(client.streamSpeech(STREAM));
client.close();
