import { link, open, readdir, readFile, readlink, rm } from "node:fs/promises";
import process from "node:process";
import { UsageError } from "../errors/classes.ts";
import { sync } from "../../narration/store/disk.ts";
import { createDurably } from "./durable.ts";

/** The process that holds a lock. */
interface Owner {
  /** Distinguishes this lock from every other one. */
  readonly token: string;
  readonly pid: number;
  /** Where the process id means something: the boot of a machine, and a namespace of process ids on it. */
  readonly place: string | null;
  /** When the process started, in ticks since the boot: process ids are used again. */
  readonly started: string | null;
}

/** A lock that this process holds. */
export interface Lock {
  /** Frees the lock. Calling again is no error. */
  release(): Promise<void>;
}

/**
 * Locks a folder for this process, because two processes at work on one narration would buy everything twice.
 *
 * One process at a time holds the lock, on one machine and on all that share the folder. A lock is only taken from a process that
 * is proven dead: it ran in the same boot and the same namespace of process ids as this one. A lock of another machine, of another
 * container, of a time before a reboot, or without content is respected.
 *
 * @param folder The folder. It holds the files `lock` and, for a moment, `lock.takeover` and `lock.TOKEN.new`.
 * @throws {UsageError} when another process holds the lock, or may hold it. The message says how to go on.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const path = `${folder}/lock`;
  const own = await describeSelf();
  if (!await publish(path, own)) {
    const holder = await readOwner(path);
    if (holder === undefined || !await isDead(holder)) throw held(path, holder);
    await takeOver(path, holder, own);
  }
  await sync(folder);
  return {
    async release() {
      if ((await readOwner(path))?.token !== own.token) return;
      await rm(path, { force: true });
      await removeDrafts(folder);
    },
  };
}

/** Creates the lock with its content in one step. @returns Whether this process holds it now. */
async function publish(path: string, own: Owner): Promise<boolean> {
  const draft = `${path}.${own.token}.new`;
  try {
    await createDurably(draft, JSON.stringify(own));
    await link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    // An answer of a network file system may be lost, and the request repeated.
    if (code === "EEXIST") return (await readOwner(path))?.token === own.token;
    if (code === "ENOENT") return false;
    if (code === undefined || !NO_LINKS.includes(code)) throw error;
    return await createDurably(path, JSON.stringify(own)).then(() => true, (failure) => {
      if (failure.code === "EEXIST") return false;
      throw failure;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** The error codes of file systems without hard links. */
const NO_LINKS: readonly string[] = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EACCES"];

/** Replaces the lock of a dead process. Only the holder of `lock.takeover` may remove a lock that is not its own. */
async function takeOver(path: string, dead: Owner, own: Owner): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EEXIST") throw error;
    throw new UsageError(
      `Another process is taking this narration over. If none is at work, delete ${guard}, and run the command again.`,
    );
  }
  try {
    // Another process may have taken over between the look at the lock and the guard: its lock stays.
    if ((await readOwner(path))?.token === dead.token) await rm(path, { force: true });
    if (!await publish(path, own)) throw held(path, await readOwner(path));
  } finally {
    await rm(guard, { force: true });
  }
}

function held(path: string, holder: Owner | undefined): UsageError {
  const who = holder === undefined
    ? "Another process holds"
    : `Process ${holder.pid}, perhaps of another machine or container, holds`;
  return new UsageError(
    `${who} the lock of this narration. If no tsetsen is at work on it, delete ${path}, and run the command again.`,
  );
}

/** Reads the owner of a lock; `undefined` when the lock is gone or has another form. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const { token, pid, place, started } = JSON.parse(await readFile(path, "utf8"));
    if (typeof token !== "string" || !Number.isSafeInteger(pid) || !(pid > 0)) return undefined;
    return { token, pid, place, started };
  } catch {
    return undefined;
  }
}

/** Whether a process is proven dead. */
async function isDead({ pid, place, started }: Owner): Promise<boolean> {
  if (place === null || started === null || place !== await placeOfSelf()) return false;
  if (!exists(pid)) return true;
  const now = await startOf(pid);
  return now === "ended" || (now !== undefined && now !== started);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is a process of another user.
    return (error as { readonly code?: string }).code !== "ESRCH";
  }
}

async function describeSelf(): Promise<Owner> {
  return {
    token: crypto.randomUUID(),
    pid: process.pid,
    place: await placeOfSelf() ?? null,
    started: await startOf(process.pid) ?? null,
  };
}

/** The boot and the namespace of process ids. Only Linux tells them; without them no lock is ever taken over. */
async function placeOfSelf(): Promise<string | undefined> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const namespace = await readlink("/proc/self/ns/pid");
    // A /proc of another namespace would show other processes.
    const isOwnProc = await readlink("/proc/self") === `${process.pid}`;
    return boot === "" || !isOwnProc ? undefined : `${boot} ${namespace}`;
  } catch {
    return undefined;
  }
}

/** When a process started; `undefined` when the system does not tell. */
async function startOf(pid: number): Promise<string | "ended" | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces and parentheses. Fields 3 (state) and 22 (start) of proc(5) follow it.
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? "ended" : fields[18];
  } catch {
    return undefined;
  }
}

/** Removes the drafts that killed processes left. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^lock\..+\.new$/.test(name)) await rm(`${folder}/${name}`, { force: true });
  }
}
