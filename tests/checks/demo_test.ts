import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { fileOf, runDeno } from "./run_program.ts";

const program = fileOf("examples/demo/main.ts");
const imports = fileOf("examples/demo/imports.json");
const alone = [
  "--no-config",
  `--import-map=${imports}`,
  `--lock=${fileOf("examples/demo/deno.lock")}`,
  "--frozen",
];

Deno.test("The demo downloads the packages of the SDK only, in the versions of the SDK", async () => {
  const { tasks, imports: versions } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  assertEquals(tasks.demo.command, "deno run -A examples/demo/run.ts");
  const mapped: Record<string, string> = JSON.parse(await Deno.readTextFile(imports)).imports;
  const packages = Object.entries(mapped).filter(([name]) => !name.startsWith("@tsetsen/"));
  for (const [name, target] of packages) {
    const whole = name.replace(/\/$/, "");
    const own = `${versions[whole]}`;
    assertEquals(target, name.endsWith("/") ? `${own.replace("npm:", "npm:/")}/` : own, name);
  }
  assertEquals(
    new Set(packages.map(([name]) => name.replace(/\/$/, ""))),
    new Set([
      "@bufbuild/protobuf",
      "@connectrpc/connect",
      "@connectrpc/connect-web",
    ]),
  );

  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/stream.wav`, "mine");
    const env = { DENO_DIR: `${folder}/cache` };
    // As a user starts it; the file in the way ends it before its calls.
    const args = ["run", "-A", fileOf("examples/demo/run.ts")];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, env, cwd: folder })
      .output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 1, said);
    assertStringIncludes(said, "stream.wav exists already");
    const scopes = Array.from(Deno.readDirSync(`${env.DENO_DIR}/npm`)).flatMap(({ name }) =>
      Array.from(Deno.readDirSync(`${env.DENO_DIR}/npm/${name}`), (entry) => entry.name)
    );
    assertEquals(scopes.sort(), ["@bufbuild", "@connectrpc"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The demo replaces no file unless told so, and stops before anything is sent", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["stream.wav", "speech.mp3"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "mine");
      const { code, stdout, stderr } = await runDeno(["run", ...alone, program], folder);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(
        stderr,
        `${name} exists already: run the demo in another folder, or add --force.\n`,
      );
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), "mine");
      if (name !== "stream.wav") await Deno.remove(`${folder}/${name}`);
      else await Deno.rename(`${folder}/${name}`, `${folder}/kept`);
    }
    await Deno.rename(`${folder}/kept`, `${folder}/stream.wav`);
    assertEquals((await runDeno(["run", ...alone, program, "--force"], folder)).code, 0);
    assert((await wavOf(`${folder}/stream.wav`)).seconds > 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The demo speaks the long text on an emulator of its own, shows progress and ends by itself", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await runDeno(["run", ...alone, program], folder);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Its audio is a placeholder");
    assertStringIncludes(stdout, "PENDING");
    assert(stdout.split("PROCESSING").length > 3, stdout);
    assertStringIncludes(stdout, "COMPLETED");
    assertMatch(stdout, /Credits spent: 11,105 \(100,000 → 88,895\)/);

    const speech = await wavOf(`${folder}/speech.wav`);
    const stream = await wavOf(`${folder}/stream.wav`);
    assert(speech.seconds > 300, `${speech.seconds} s for a text of 10,928 characters`);
    assert(stream.seconds > 5 && stream.seconds < 60, `${stream.seconds} s for its first article`);
    assertStringIncludes(stdout, `speech.wav: ${(speech.bytes / 1e6).toFixed(1)} MB`);
    assertStringIncludes(stdout, `${stream.seconds.toFixed(1)} s of audio`);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    assertEquals(names, ["speech.wav", "stream.wav"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The demo talks to the endpoint of the environment when there is a key", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const preload = `--preload=${fileOf("tests/checks/emulated_service.ts")}`;
    const { code, stdout, stderr } = await runDeno(["run", preload, program], folder, {
      TSETSEN_API_KEY: "tsetsen-development-emulator",
      TSETSEN_API_ENDPOINT: "tts.example:8443",
    });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "This costs credits");
    assertNotMatch(stdout, /placeholder/);
    assertMatch(stdout, /Credits spent: 11,105 /);
    assert((await wavOf(`${folder}/speech.wav`)).seconds > 300);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The demo says why and exits with 1 when the key is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const preload = `--preload=${fileOf("tests/checks/emulated_service.ts")}`;
    const { code, stderr } = await runDeno(["run", preload, program], folder, {
      TSETSEN_API_KEY: "tsetsen-development-unknown",
    });
    assertEquals(code, 1);
    assertMatch(stderr, /AuthenticationError: authentication_failed/);
    assertNotMatch(stderr, /tsetsen-development-unknown/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function wavOf(path: string): Promise<{ bytes: number; seconds: number }> {
  const file = await Deno.readFile(path);
  const view = new DataView(file.buffer);
  assertEquals(new TextDecoder().decode(file.subarray(0, 4)), "RIFF");
  assertEquals(view.getUint32(4, true), file.length - 8);
  assertEquals(view.getUint32(24, true), 24_000);
  assertEquals(view.getUint32(40, true), file.length - 44);
  assert(file.subarray(44).some((byte) => byte !== 0), "the audio is silent");
  return { bytes: file.length, seconds: (file.length - 44) / 48_000 };
}
