/**
 * Records what is known about each purchase of a run, in the store, step by step.
 *
 * @module
 */

import type { Lifetime } from "../../lib/lifetime.ts";
import { checkPurchase, type Purchase } from "../state.ts";
import {
  forEach,
  loadRecord,
  MAX_REFUSALS,
  parse,
  refusing,
  saveRecord,
} from "../store/plan_records.ts";
import type { Store } from "../store/store.ts";
import { isDoubtful, overtaken, superseded } from "./errors.ts";

/**
 * How long the intent of another run counts as a submission under way, in milliseconds. A submission usually takes less
 * than a second. After this time a killed process must have left the intent.
 */
const INTENT_GRACE_MS = 5_000;

/** The time between two looks at another run's intent, in milliseconds. */
const INTENT_POLL_MS = 100;

/** The head of the run, which another run may replace. */
export interface Fence {
  readonly name: string;
  readonly version: string;
}

/** An intent to submit a part. */
interface Intent {
  readonly run: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

interface Entry {
  purchase: Purchase;
  /** The version of its record; `undefined` when there is no record. */
  version: string | undefined;
  /** Set while another run may be submitting it. */
  intent: Intent | undefined;
  /** Whether the store has it. */
  isKept: boolean;
}

/** What a journal is made from. */
export interface JournalOptions {
  /** The names of the parts' records; `undefined` for a part that is never sent. */
  readonly names: readonly (string | undefined)[];
  /** What is known from elsewhere: a state that is resumed. */
  readonly known: readonly Purchase[];
  readonly store: Store | undefined;
  /** Makes this run the one that may buy. It is called when the store has all that is known from elsewhere. */
  readonly claim: (store: Store) => Promise<Fence>;
  /** The name of this run, unlike all others. */
  readonly run: string;
}

/**
 * The journal of a run: a record in the store for each part. What is written for a part does not depend on the number of parts.
 *
 * Each record has its own version, and a save names the version that it follows. Of two runs that want to submit one
 * part, even under different keys, exactly one can therefore save its intent.
 */
export class Journal {
  readonly #entries: Entry[];
  readonly #options: JournalOptions;
  #fence: Fence | undefined;
  /** Called after each change. */
  onChange: (index: number, before: Purchase, after: Purchase) => void = () => {};

  private constructor(entries: Entry[], options: JournalOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  /**
   * Reads what the store has of each part, keeps what is known from elsewhere, and claims the key.
   *
   * @param lifetime The lifetime of the run. A run that has ended meanwhile claims nothing from one that has begun since.
   */
  static async open(options: JournalOptions, lifetime: Lifetime): Promise<Journal> {
    const { names, known, store } = options;
    const entries = await forEach(names, async (name, index): Promise<Entry> => {
      const purchase = known[index] ?? PENDING;
      const fresh = { purchase, version: undefined, intent: undefined, isKept: true };
      if (store === undefined || name === undefined) return fresh;
      const found = await loadEntry(store, name);
      if (found !== undefined && !isBetter(purchase, found.purchase)) return found;
      return { ...fresh, version: found?.version, isKept: purchase.status === "pending" };
    });
    const journal = new Journal(entries, options);
    await journal.flush();
    if (lifetime.end === undefined) journal.#fence = store && await options.claim(store);
    return journal;
  }

  /** What is known about each purchase now. */
  get purchases(): Purchase[] {
    return this.#entries.map(({ purchase }) => purchase);
  }

  /** What is known about one purchase now. */
  at(index: number): Purchase {
    return this.#entries[index]?.purchase ?? PENDING;
  }

  /** Whether another run may be submitting a part at this moment. */
  isUnderWayElsewhere(index: number): boolean {
    const { purchase, intent } = this.#entries[index] ?? { purchase: PENDING };
    if (purchase.status !== "submitting" || intent === undefined) return false;
    return intent.run !== this.#options.run && Math.abs(Date.now() - intent.at) < INTENT_GRACE_MS;
  }

  /** Waits until no other run is submitting a part. */
  async awaitOthers(index: number, lifetime: Lifetime): Promise<void> {
    for (let waited = 0; waited < INTENT_GRACE_MS; waited += INTENT_POLL_MS) {
      if (!this.isUnderWayElsewhere(index)) return;
      await lifetime.sleep(INTENT_POLL_MS);
      await this.#reload(index);
    }
  }

  /** Checks that no other run has opened the key since. */
  async checkFence(): Promise<void> {
    const { store } = this.#options;
    const fence = this.#fence;
    if (store === undefined || fence === undefined) return;
    const head = await loadRecord(store, fence.name);
    if (head?.version !== fence.version) throw superseded();
  }

  /**
   * Keeps the intent to submit a part.
   *
   * @returns Whether the part may be submitted. If not, another run has changed it, and `at` gives what is known now.
   */
  async intend(index: number): Promise<boolean> {
    await this.checkFence();
    const { purchase, intent } = this.#entries[index] as Entry;
    const { creditsUsed } = purchase;
    this.#set(index, { status: "submitting", creditsUsed }, {
      run: this.#options.run,
      at: Date.now(),
    });
    try {
      if (await this.#keep(index)) return true;
      await this.#reload(index);
      return false;
    } catch (error) {
      this.#set(index, purchase, intent);
      throw error;
    }
  }

  /**
   * Records what is known now. When it resolves, the store has it.
   *
   * @throws {TsetsenError} when another run has replaced the record of a part that was accepted.
   */
  async set(index: number, purchase: Purchase): Promise<void> {
    this.#set(index, purchase, undefined);
    await this.#insist(index);
  }

  /** Saves what a failing store has not saved before. */
  async flush(): Promise<void> {
    const open = this.#entries.flatMap(({ isKept }, index) => isKept ? [] : [index]);
    await forEach(open, (index) => this.#insist(index));
  }

  /** The audio that the store has of a part. */
  async load(index: number): Promise<Uint8Array | undefined> {
    const { store, names } = this.#options;
    const name = names[index];
    if (name === undefined) return undefined;
    const audio = await store?.loadAudio?.(name);
    if (audio === undefined || audio === null) return undefined;
    // Another program may have cut or replaced it.
    return audio.length > 0 && audio.length === this.at(index).bytes ? audio : undefined;
  }

  /** Saves the audio of a part in the store. */
  async keep(index: number, audio: () => Uint8Array): Promise<void> {
    const { store, names } = this.#options;
    const name = names[index];
    if (store?.saveAudio && name !== undefined) await store.saveAudio(name, audio());
  }

  #set(index: number, purchase: Purchase, intent: Intent | undefined): void {
    const entry = this.#entries[index] as Entry;
    const before = entry.purchase;
    Object.assign(entry, { purchase, intent, isKept: false });
    this.onChange(index, before, purchase);
  }

  /** @returns Whether the store has taken it. */
  async #keep(index: number): Promise<boolean> {
    const { store, names } = this.#options;
    const name = names[index];
    const entry = this.#entries[index] as Entry;
    if (store !== undefined && name !== undefined) {
      const { purchase, intent } = entry;
      const value = JSON.stringify({ ...purchase, ...intent });
      const version = await saveRecord(store, name, value, entry.version);
      if (version === undefined) return false;
      entry.version = version;
    }
    entry.isKept = true;
    return true;
  }

  /** Saves an outcome, even if another run that follows the same job has saved one meanwhile. */
  async #insist(index: number): Promise<void> {
    const { store, names } = this.#options;
    for (let tries = 1; !await this.#keep(index); tries++) {
      if (tries === MAX_REFUSALS) throw refusing();
      const entry = this.#entries[index] as Entry;
      const found = await loadEntry(store as Store, names[index] as string);
      const isOurs = found?.intent?.run === this.#options.run;
      if (found !== undefined && !isOurs && !isBetter(entry.purchase, found.purchase)) {
        const { requestId } = entry.purchase;
        const isSame = found.purchase.requestId === requestId;
        this.#adopt(index, found);
        if (isSame) return;
        throw overtaken(index, requestId);
      }
      entry.version = found?.version;
    }
  }

  async #reload(index: number): Promise<void> {
    const { store, names } = this.#options;
    const name = names[index];
    if (store === undefined || name === undefined) return;
    const fresh = { purchase: PENDING, version: undefined, intent: undefined, isKept: true };
    this.#adopt(index, await loadEntry(store, name) ?? fresh);
  }

  #adopt(index: number, found: Entry): void {
    const before = this.at(index);
    this.#entries[index] = found;
    this.onChange(index, before, found.purchase);
  }
}

const PENDING: Purchase = { status: "pending" };

/** Whether a known purchase must not be replaced by the one in the store. */
function isBetter(known: Purchase, found: Purchase): boolean {
  const rank = ({ status, requestId }: Purchase) =>
    status === "done"
      ? 4
      : requestId !== undefined && status === "submitted"
      ? 3
      : isDoubtful(status)
      ? 2
      : status === "failed"
      ? 1
      : 0;
  return rank(known) > rank(found);
}

async function loadEntry(store: Store, name: string): Promise<Entry | undefined> {
  const record = await loadRecord(store, name);
  if (record === undefined) return undefined;
  const { run, at, ...rest } = parse(record.value) as Purchase & Partial<Intent>;
  const purchase = checkPurchase(rest);
  const intent = typeof run === "string" && typeof at === "number" ? { run, at } : undefined;
  return { purchase, version: record.version, intent, isKept: true };
}
