import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lockFolder } from "../../src/cli/narration/lock.ts";
import { paid, paragraphs, texts } from "../narration/setup.ts";
import { type Desk, exists, holdAfter, setUp, untilKnown } from "./setup.ts";

const TEXT = paragraphs(6);
const VOICE = ["--voice", "emulator-v1-bold", "--speed", "20", "--poll-interval", "5"];
const SAY = ["say", "book.txt", "-o", "book.wav", ...VOICE];
const LOCK = "book.wav.tsetsen/lock";

/** Leaves a narration of six parts behind, three of them paid, and its lock. @returns What the lock holds. */
async function leave({ emulator, start, path, write }: Desk): Promise<string> {
  await write("book.txt", TEXT);
  holdAfter(emulator, 0);
  const process = start(SAY);
  await untilKnown(path("book.wav.tsetsen"), 3);
  process.kill("SIGKILL");
  await process.ended;
  emulator.clearFaults();
  return await Deno.readTextFile(path(LOCK));
}

Deno.test("tsetsen resume respects a lock of which it cannot tell whether its holder lives, and says how to go on", async (t) => {
  const locks: Record<string, (lock: Record<string, unknown>) => string> = {
    "without content, because it is being created": () => "",
    "of an older version: a bare process id": () => "1",
    "of a process of another container, whose id is a living process here": (lock) =>
      JSON.stringify({ ...lock, pid: Deno.pid, place: "a-boot pid:[4026531836]" }),
    "of a process of another container, whose id is no process here": (lock) =>
      JSON.stringify({ ...lock, place: `${lock["place"]}1` }),
    "of a time before a reboot": (lock) =>
      JSON.stringify({ ...lock, place: `${lock["place"]}`.replace(/^./, "x") }),
    "of a system that tells no place": (lock) => JSON.stringify({ ...lock, place: null }),
  };
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  const lock = JSON.parse(await leave(desk));
  const sent = emulator.requests.length;
  for (const [what, change] of Object.entries(locks)) {
    await t.step(what, async () => {
      await write(LOCK, change(lock));
      const refused = await Promise.all(
        [["resume", "book.wav.tsetsen"], SAY].map((args) => run(args)),
      );
      for (const { code, stdout, stderr } of refused) {
        assertEquals([code, stdout], [2, ""], stderr);
        assertStringIncludes(stderr, `delete ${LOCK}, and run the command again.`);
      }
      assertEquals(emulator.requests.length, sent);
      assertEquals(await Deno.readTextFile(path(LOCK)), change(lock));
    });
  }
  // The words to go on are true.
  await Deno.remove(path(LOCK));
  assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen resume takes over from a process whose id another process has now", async () => {
  await using desk = await setUp();
  const { emulator, run, write } = desk;
  const lock = JSON.parse(await leave(desk));
  // This process lives, and started at another time.
  await write(LOCK, JSON.stringify({ ...lock, pid: Deno.pid }));
  assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen resume, run by many at once after a SIGKILL, buys each part once", async () => {
  // Jobs end when the test says so, and the holder of the lock waits until then.
  let isOpen = false;
  let now = 0;
  const clock = { now: () => isOpen ? now += 1_000 : now, sleep: () => Promise.resolve() };
  await using desk = await setUp({ clock, queueTime: 500 });
  const { emulator, start, run } = desk;
  await leave(desk);
  const racers = Array.from({ length: 6 }, () => start(["resume", "book.wav.tsetsen"]));
  let left = racers.length;
  const oneIsLeft = new Promise<void>((resolve) => {
    for (const { ended } of racers) {
      ended.then(() => --left === 1 && resolve());
    }
  });
  await oneIsLeft;
  isOpen = true;
  const ends = await Promise.all(racers.map(({ ended }) => ended));
  assertEquals(ends.map(({ code }) => code).sort(), [0, 2, 2, 2, 2, 2]);
  for (const { code, stderr } of ends) if (code === 2) assertStringIncludes(stderr, "narration");
  assertEquals(paid(emulator), texts(TEXT));
  assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 2);
});

Deno.test("lockFolder has one winner of a race, for a new folder and for the lock of a dead process", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    for (let round = 0; round < 20; round++) {
      await t.step(round % 2 === 0 ? "a new folder" : "the lock of a dead process", async () => {
        const races = Array.from({ length: 8 }, () => lockFolder(folder));
        const locks = (await Promise.allSettled(races)).flatMap((race) =>
          race.status === "fulfilled" ? [race.value] : []
        );
        assertEquals(locks.length, 1);
        const lock = JSON.parse(await Deno.readTextFile(`${folder}/lock`));
        await locks[0]?.release();
        assertEquals(Array.from(Deno.readDirSync(folder)), []);
        if (round % 2 === 0) await Deno.writeTextFile(`${folder}/lock`, JSON.stringify(dead(lock)));
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The lock as a process would have left it that had this process's id, and has ended. */
function dead(lock: Record<string, unknown>): Record<string, unknown> {
  return { ...lock, token: crypto.randomUUID(), started: "1" };
}

Deno.test("lockFolder releases its own lock only", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const lock = await lockFolder(folder);
    // A user who was sure has removed it, and another process has come.
    await Deno.remove(`${folder}/lock`);
    const other = await lockFolder(folder);
    await lock.release();
    assert(await exists(`${folder}/lock`));
    await other.release();
    assertEquals(await exists(`${folder}/lock`), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
