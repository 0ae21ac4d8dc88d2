/**
 * Addresses of finished audio that only this proxy can make and read.
 *
 * @module
 */

import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";

const IV_BYTES = 12;

/** Why a token has no address. */
export type NoAddress = "unknown" | "expired";

/**
 * Seals addresses into tokens and opens them again. A token is encrypted and authenticated (AES-256-GCM) with a key that
 * is derived from the API key (HKDF). Visitors can neither read the address, which may hold a signature of its own, nor
 * make the proxy fetch another one. Nothing is stored: every instance of the proxy with the same API key opens a token.
 */
export class AudioTokens {
  readonly #secret: string;
  readonly #maxAge: number;
  #key: CryptoKey | undefined;

  /** @param maxAge How long a token is good for, in milliseconds. */
  constructor(secret: string, maxAge: number) {
    this.#secret = secret;
    this.#maxAge = maxAge;
  }

  /** Makes the token of an address. */
  async seal(url: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(`${Math.ceil(Date.now() + this.#maxAge)} ${url}`);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#aes(), plain);
    const token = new Uint8Array(IV_BYTES + sealed.byteLength);
    token.set(iv);
    token.set(new Uint8Array(sealed), IV_BYTES);
    return base64Encode(token, "url");
  }

  /** Reads the address in a token. */
  async open(token: string): Promise<URL | NoAddress> {
    let plain: string;
    try {
      const bytes = new Uint8Array(base64Decode(token));
      const iv = bytes.subarray(0, IV_BYTES);
      const sealed = bytes.subarray(IV_BYTES);
      const opened = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv },
        await this.#aes(),
        sealed,
      );
      plain = new TextDecoder().decode(opened);
    } catch {
      return "unknown";
    }
    const space = plain.indexOf(" ");
    return Date.now() < Number(plain.slice(0, space)) ? new URL(plain.slice(space + 1)) : "expired";
  }

  // Made at the first use, because Workers allow no cryptography before a request. The key is kept and not its promise:
  // one request of a Worker must not wait for the work of another, which may be dropped.
  async #aes(): Promise<CryptoKey> {
    return this.#key ??= await deriveKey(this.#secret);
  }
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const { subtle } = crypto;
  const material = await subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return await subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(0),
      info: encoder.encode("tsetsen proxy: address of audio, 1"),
    },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
