/**
 * The hash that identifies a content.
 *
 * @module
 */

/** The part of `node:crypto` that is used. */
interface NodeCrypto {
  createHash(name: "sha256"): NodeHash;
}

interface NodeHash {
  update(bytes: Uint8Array): NodeHash;
  digest(encoding: "hex"): string;
}

/** SHA-256 of a text in UTF-8, hexadecimal. */
export async function hash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const node = nodeCrypto();
  if (node !== undefined) return node.createHash("sha256").update(bytes).digest("hex");
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Node's own module, where the runtime has it. It gives a digest at once; Web Crypto gives it from another thread, which makes the
 * digests of a text's parts 3 to 60 times as slow.
 */
function nodeCrypto(): NodeCrypto | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): NodeCrypto | undefined };
  };
  try {
    const node = process?.getBuiltinModule?.("node:crypto");
    return typeof node?.createHash === "function" ? node : undefined;
  } catch {
    // A stand-in for Node's process may throw for what it does not have.
    return undefined;
  }
}
