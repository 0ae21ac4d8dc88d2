import { fileURLToPath } from "node:url";

const decoder = new TextDecoder();

/** The pages beside the guides whose examples stand by themselves. */
const PAGES = ["ai", "encode", "live", "player", "reverse-proxies", "transports"];

for (const page of PAGES) {
  Deno.test(`docs/${page}.md's examples compile`, async () => {
    const path = fileURLToPath(new URL(`../../docs/${page}.md`, import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--doc-only", path],
    }).output();
    if (!success) throw new Error(decoder.decode(stdout) + decoder.decode(stderr));
  });
}
