import { assertEquals, assertMatch } from "@std/assert";
import { isChromiumMissing, launch } from "../examples/chromium.ts";
import { project, ROOT } from "../package/lab.ts";
import { find } from "../support/runtimes.ts";

const SERVERS: readonly (readonly [string, () => readonly string[]])[] = [
  ["Node.js", () => [find("node", "TSETSEN_NODE")]],
  ["Bun", () => [find("bun", "TSETSEN_BUN")]],
  ["Deno", () => [Deno.execPath(), "run", "-A"]],
];

for (const [name, command] of SERVERS) {
  Deno.test({
    name:
      `The page and the server of docs/player.md work in an empty folder, in Chromium, on ${name}`,
    ignore: isChromiumMissing(),
    // playwright keeps its pipes and timers.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const guide = await Deno.readTextFile(`${ROOT}docs/player.md`);
      const programs = [...guide.matchAll(/<!-- program: (\S+) -->\s*```\w+\n([\s\S]*?)```/g)];
      assertEquals(programs.map(([, name]) => name), ["index.html", "page.mjs", "serve.mjs"]);
      await using lab = await project({ esbuild: "0.28.2" });
      for (const [, name, text] of programs) {
        await Deno.writeTextFile(`${lab.folder}/${name}`, text!);
      }
      const [program = "", ...args] = command();
      const server = new Deno.Command(program, {
        args: [...args, "serve.mjs"],
        cwd: lab.folder,
        env: { PORT: "0", TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "" },
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const browser = await launch();
      try {
        const { value = "" } = await said.read();
        assertMatch(value, /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
        const page = await browser.newPage();
        const failures: unknown[] = [];
        page.on("pageerror", (error) => failures.push(error));
        await page.goto(value.trim());
        // The button works once the voices are there.
        await page.evaluate(`new Promise((resolve) => {
        const look = () => document.getElementById("speak").onclick ? resolve() : setTimeout(look, 10);
        look();
      })`);
        await page.evaluate('document.getElementById("speak").focus()');
        await page.keyboard.press("Enter");
        await page.locator("#status", { hasText: /^Heard \d+\.\d s\.$/ }).waitFor();
        assertEquals(await page.evaluate('document.getElementById("place").max > 24000'), true);
        assertEquals(failures, []);
      } finally {
        await browser.close();
        await said.cancel();
        server.kill();
        await server.status;
      }
    },
  });
}
