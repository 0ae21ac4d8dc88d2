import { fileURLToPath } from "node:url";

Deno.test("docs/text.md's examples compile and run as they stand", async () => {
  const guide = fileURLToPath(new URL("../../docs/text.md", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--doc", guide],
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stdout) + decoder.decode(stderr));
});
