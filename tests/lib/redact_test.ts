// Keeping the key and the text out of what errors say: the function itself, and through a Client.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Client } from "../../mod.ts";
import { redact, redactAll, safeCause } from "../../src/lib/redact.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb, KEY } from "../support/canned_fetch.ts";

const TEXT = "Сайн байна уу? Өнөөдөр цаг агаар маш сайхан байна, тийм үү?";

/** The errors of both calls that carry a text, answered so. */
async function errorsOf(answer: () => Response) {
  const speech = { text: TEXT, voiceId: "v1" };
  using client: Client = cannedClient(cannedFetch(answer));
  return [
    await failureOf(() => client.generateSpeech(speech)),
    await failureOf(() => client.streamSpeech(speech).bytes()),
  ];
}

Deno.test("redact leaves no run of 12 characters of a secret, wherever it is quoted", () => {
  // A small alphabet, so that secrets repeat themselves and overlap with what is around them.
  const word = (min: number, max: number) =>
    fc.string({ unit: fc.constantFrom("а", "б", " "), minLength: min, maxLength: max });
  fc.assert(fc.property(word(0, 20), word(12, 60), word(0, 20), fc.nat(), (a, middle, b, n) => {
    const secret = `x${middle}y`;
    const from = n % (secret.length - 11);
    for (const quoted of [secret, secret.slice(from), secret.slice(from, from + 12)]) {
      const shown = redact(a + quoted + b, [KEY, secret]);
      for (let at = 0; at + 12 <= secret.length; at++) {
        assert(!shown.includes(secret.slice(at, at + 12)), `${shown} shows ${secret}`);
      }
    }
  }));
});

Deno.test("redact leaves a message alone that quotes nothing", () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
    assertEquals(redact(text, [KEY, TEXT]), text);
  }));
});

Deno.test("redact hides a short text as a whole, but not one or two characters", () => {
  assertEquals(redact("cannot say 'Тийм' here", ["", "Тийм"]), "cannot say '[redacted]' here");
  assertEquals(redact("cannot say 'Тийм' here", ["", " Тийм\n"]), "cannot say '[redacted]' here");
  assertEquals(redact("bad: a", ["", "a"]), "bad: a");
});

Deno.test("redact hides every API key, and bounds the length", () => {
  assertEquals(
    redact("a tsetsen-prod-x_y-Z, b tsetsen-development-1.", []),
    "a [redacted], b [redacted].",
  );
  assertEquals(redact("m".repeat(5_000), []).length, 1_001);
});

Deno.test("redact hides six characters in a row of what is random in a key", () => {
  const random = KEY.slice("tsetsen-prod-".length);
  for (let at = 0; at + 6 <= random.length; at++) {
    assertEquals(redact(`k=${random.slice(at, at + 6)}.`, [KEY]), "k=[redacted].");
  }
  assertEquals(redact(KEY.toUpperCase(), [KEY]), "[redacted]");
  assertEquals(
    redact("the development of a prod-like tsetsen", [KEY]),
    "the development of a prod-like tsetsen",
  );
});

Deno.test("redact hides a text that is percent-encoded", () => {
  const encoded = encodeURIComponent(TEXT);
  assertEquals(redact(`bad: ${encoded.slice(0, 300)}!`, [KEY, TEXT]), "bad: [redacted]!");
  assertEquals(redact("100 % sure", [KEY, "\uD800 half a character"]), "100 % sure");
});

Deno.test("redact looks through a long text once, however much there is to redact", () => {
  const text = "а".repeat(300_000) + "б";
  let looked = 0;
  const { slice } = String.prototype;
  String.prototype.slice = function (this: string, ...args) {
    if (this.length > 100_000) looked++;
    return slice.apply(this, args);
  };
  try {
    const details = Array.from({ length: 60 }, (_, i) => `${"а".repeat(5 + i % 5)}в`.repeat(90));
    redactAll(details, ["", text]);
    assert(looked > 0 && looked <= text.length, `${looked}`);
  } finally {
    String.prototype.slice = slice;
  }
});

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
const padded = (number: number, radix: number, width: number) =>
  number.toString(radix).padStart(width, "0");
const unitsOf = (text: string) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));

/** How servers quote a text. */
const SPELLINGS: Record<string, (text: string) => string> = {
  "as it is": (text) => text,
  "in upper case": (text) => text.toUpperCase(),
  "in lower case": (text) => text.toLowerCase(),
  "JSON escapes": (text) => unitsOf(text).map((unit) => `\\u${padded(unit, 16, 4)}`).join(""),
  "JSON escapes in capitals": (text) =>
    unitsOf(text).map((unit) => `\\u${padded(unit, 16, 4).toUpperCase()}`).join(""),
  "JSON inside JSON": (text) => unitsOf(text).map((unit) => `\\\\u${padded(unit, 16, 4)}`).join(""),
  "JSON escapes of what is not ASCII": (text) =>
    text.replace(/[^ -~]/g, (unit) => `\\u${padded(unit.charCodeAt(0), 16, 4)}`),
  "escapes in braces": (text) =>
    unitsOf(text).map((unit) => `\\u{${padded(unit, 16, 1)}}`).join(""),
  "percent, twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "percent and u, as old web servers do": (text) =>
    text.replace(/./gsu, (c) => `%u${padded(c.charCodeAt(0), 16, 4)}`),
  "HTML in HTML": (text) => text.replace(/./gsu, (c) => `&amp;#${c.codePointAt(0)};`),
  "with HTML's spaces": (text) => text.replace(/ /g, "&nbsp;"),
  "folded into lines": (text) => text.replace(/ /g, "\r\n   "),
  "C escapes, octal": (text) => bytesOf(text).map((byte) => `\\${padded(byte, 8, 3)}`).join(""),
  "C escapes of what is not ASCII": (text) =>
    text.replace(/[^ -~]/g, (unit) => bytesOf(unit).map((b) => `\\${padded(b, 8, 3)}`).join("")),
  "C escapes, hexadecimal": (text) => bytesOf(text).map((b) => `\\x${padded(b, 16, 2)}`).join(""),
  "percent": (text) => encodeURIComponent(text),
  "percent, lower case": (text) => encodeURIComponent(text).toLowerCase(),
  "percent, a form": (text) => `${new URLSearchParams({ q: text })}`,
  "HTML, decimal": (text) => unitsOf(text).map((unit) => `&#${unit};`).join(""),
  "HTML, hexadecimal": (text) => unitsOf(text).map((unit) => `&#x${padded(unit, 16, 1)};`).join(""),
  "base64": (text) => new TextEncoder().encode(text).toBase64(),
  "base64, URL-safe": (text) => new TextEncoder().encode(text).toBase64({ alphabet: "base64url" }),
};

for (const [name, spell] of Object.entries(SPELLINGS)) {
  Deno.test(`redact hides a text and a key that are quoted ${name}`, () => {
    for (const secret of ["Өнөөдөр маш сайхан", KEY]) {
      const shown = redact(`bad: "${spell(secret)}"!`, [KEY, secret]);
      // Of a key the prefix may stay, which is no secret.
      const start = secret === KEY ? "tsetsen-prod-".length : 0;
      for (let at = start; at + 12 <= secret.length; at++) {
        assert(!shown.includes(spell(secret.slice(at, at + 12))), shown);
      }
      assert(shown.startsWith('bad: "') && shown.endsWith('"!'), shown);
      assertStringIncludes(shown, "[redacted]");
    }
  });
}

Deno.test("redact hides the beginning of base64, wherever it is cut", () => {
  for (const secret of [KEY, TEXT]) {
    const whole = new TextEncoder().encode(secret).toBase64();
    for (let cut = 44; cut <= 48; cut++) {
      assertEquals(redact(`bad: ${whole.slice(0, cut)}…`, [KEY, secret]), "bad: [redacted]…");
    }
  }
});

Deno.test("redact leaves escapes and base64 alone that quote nothing", () => {
  for (
    const text of [
      "100%25 sure \\u0041\\x41 &#65; \\101",
      "trace c2Vuc2VsZXNzIHRva2Vu",
      "\\ud83d %zz",
    ]
  ) {
    assertEquals(redact(text, [KEY, TEXT]), text);
  }
});

Deno.test("Client shows no key in the names of metadata, nor key or text in binary metadata", async () => {
  const fields = {
    "grpc-status": "13",
    [`x-${KEY.toLowerCase()}`]: "1",
    "x-quote-bin": btoa(KEY).replace(/=+$/, ""),
    "x-texts-bin": `AAH+/w, ${new TextEncoder().encode(TEXT).toBase64()}`,
    "x-bytes-bin": "AAH+/w",
    "x-text": encodeURIComponent(TEXT),
    "x-more": "kept",
  };
  for (const error of await errorsOf(() => grpcWeb([], fields))) {
    assertEquals(error.details, {
      "x-[redacted]": "1",
      "x-quote-bin": "[redacted]",
      "x-texts-bin": "[redacted]",
      "x-bytes-bin": "AAH+/w",
      "x-text": "[redacted]",
      "x-more": "kept",
    });
  }
});

Deno.test("safeCause copies what tells of an error and hides secrets in it and its causes", () => {
  const cause = new Error("lower");
  const good = Object.assign(new TypeError("reset", { cause }), {
    code: "ECONNRESET",
    syscall: "read",
    headers: { "x-api-key": KEY },
  });
  const copy = safeCause(good, [KEY, TEXT]) as typeof good;
  assertEquals(
    [copy.name, copy.message, copy.code, copy.syscall, (copy.cause as Error).message],
    ["TypeError", "reset", "ECONNRESET", "read", "lower"],
  );
  assert(!Object.hasOwn(copy, "headers") && !Object.hasOwn(copy.cause as Error, "cause"));
  assertEquals(safeCause("reset", [KEY, TEXT]), undefined);
  for (const secret of [KEY, TEXT]) {
    const inner = new Error("a", { cause: new Error("b", { cause: new Error(`sent ${secret}`) }) });
    for (const error of [inner, new Error(`sent ${secret}`)]) {
      const shown = Deno.inspect(safeCause(error, [KEY, TEXT]), { depth: 10 });
      assert(!shown.includes(secret) && shown.includes("sent [redacted]"), shown);
    }
  }
});

Deno.test("safeCause leaves out what shows a secret deeper down or in an AggregateError", () => {
  const deep = [1, 2, 3, 4].reduce((cause) => new Error("a", { cause }), new Error(KEY));
  const many = new AggregateError([new Error("a"), new Error(`sent ${KEY}`)], "all failed");
  for (const error of [deep, many]) {
    const cause = safeCause(error, [KEY, TEXT]);
    assert(!Deno.inspect(cause, { depth: 10 }).includes(KEY));
  }
});

Deno.test("Client keeps key and text out of errors that quote them, whole or in part", async () => {
  const quotes = [
    `bad text: "${TEXT}"`,
    `bad text: "${TEXT.slice(0, 30)}…"`,
    `near "${TEXT.slice(10, 26)}" of the text`,
    `the key ${KEY} is unknown`,
    `the key ${KEY.slice(0, 30)}… is unknown`,
    `another key: tsetsen-development-abcdef`,
  ];
  for (const quote of quotes) {
    const message = encodeURIComponent(quote);
    const fields = { "grpc-status": "3", "grpc-message": message };
    const trailing = { ...fields, "x-input": quote.replace(/[^\x20-\x7e]/g, "") };
    for (const error of await errorsOf(() => grpcWeb([], trailing))) {
      const shown = [error.message, error.stack, JSON.stringify(error), Deno.inspect(error)].join();
      for (let at = 0; at + 12 <= TEXT.length; at++) {
        assert(!shown.includes(TEXT.slice(at, at + 12)), shown);
      }
      assert(!shown.includes("secret") && !shown.includes("abcdef"), shown);
      assertStringIncludes(error.message, "[redacted]");
    }
  }
});

Deno.test("Client keeps key and text out of the causes of its errors", async () => {
  const secrets = [KEY, TEXT, `Headers { x-api-key: ${KEY} }`];
  for (const secret of secrets) {
    const thrown = new TypeError("fetch failed", { cause: new Error(`sent ${secret}`) });
    const errors = await errorsOf(() => {
      throw thrown;
    });
    for (const error of errors) {
      assertEquals([error.name, error.charged], ["ConnectionError", "unknown"]);
      assert(!Deno.inspect(error).includes(secret));
    }
  }
  const harmless = new TypeError("connection reset");
  const errors = await errorsOf(() => {
    throw harmless;
  });
  for (const error of errors) {
    const { name, message } = error.cause as Error;
    assertEquals([name, message], ["TypeError", "connection reset"]);
  }
});
