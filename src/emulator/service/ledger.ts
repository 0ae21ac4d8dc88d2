import { anyWhole, must } from "../check.ts";

/** One charge. The API key is not stored: `account` is its place in the option `apiKeys`. */
export interface Charge {
  /** The id of the job, or of the stream, that was paid for. */
  readonly requestId: string;
  /** The method that was charged: GenerateSpeech or StreamSpeech. */
  readonly kind: "generate" | "stream";
  /** Characters (Unicode code points) of the text. */
  readonly characters: number;
  /** Credits taken: one a character. */
  readonly credits: number;
  /** When, in milliseconds of the emulator's clock. */
  readonly time: number;
  /** Which key paid: 0 for the first of `apiKeys`, and so on. */
  readonly account: number;
}

/**
 * The charges, and the balances.
 *
 * GenerateSpeech is charged when the job is accepted, StreamSpeech when its first chunk is sent.
 * Nothing is refunded, neither for a job that ends FAILED nor for a stream that breaks or is cancelled, because the
 * service documents no refund.
 */
export interface Ledger {
  /** All charges, oldest first. */
  readonly charges: readonly Charge[];
  /** Credits charged so far, over all keys. */
  readonly total: number;
  /**
   * The credits that a key has left.
   *
   * @param apiKey The key.
   * @returns The balance, or undefined for a key that the emulator does not know.
   */
  balance(apiKey: string): number | undefined;
}

/** The highest balance, because the wire has an int32 for it. */
export const MAX_CREDITS: number = 2 ** 31 - 1;

interface Account {
  readonly index: number;
  credits: number;
}

/** The ledger with its writing side. */
export class Accounts implements Ledger {
  readonly #accounts: Map<string, Account> = new Map();
  #charges: Charge[] = [];

  constructor(apiKeys: Readonly<Record<string, number>>) {
    for (const [key, credits] of Object.entries(apiKeys)) this.open(key, credits);
  }

  get charges(): readonly Charge[] {
    return [...this.#charges];
  }

  get total(): number {
    return this.#charges.reduce((sum, charge) => sum + charge.credits, 0);
  }

  balance(apiKey: string): number | undefined {
    return this.#accounts.get(apiKey)?.credits;
  }

  /** Gives a new key its place and its credits. */
  open(apiKey: string, credits: number): void {
    this.#accounts.set(apiKey, { index: this.#accounts.size, credits });
  }

  has(apiKey: string): boolean {
    return this.#accounts.has(apiKey);
  }

  /** Adds to a balance, or takes from it; it stays within 0 and {@link MAX_CREDITS}. */
  add(apiKey: string, credits: number): number {
    must("credits", credits, anyWhole);
    const account = this.#account(apiKey);
    account.credits = Math.min(MAX_CREDITS, Math.max(0, account.credits + credits));
    return account.credits;
  }

  charge(apiKey: string, charge: Omit<Charge, "account">): void {
    const account = this.#account(apiKey);
    account.credits -= charge.credits;
    this.#charges.push({ ...charge, account: account.index });
  }

  reset(apiKeys: Readonly<Record<string, number>>): void {
    this.#accounts.clear();
    this.#charges = [];
    for (const [key, credits] of Object.entries(apiKeys)) this.open(key, credits);
  }

  #account(apiKey: string): Account {
    const account = this.#accounts.get(apiKey);
    if (account === undefined) throw new RangeError("The emulator does not know this API key");
    return account;
  }
}
