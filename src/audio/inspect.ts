/**
 * What `console.log` shows of audio, on Deno, Node and Bun.
 *
 * @module
 */

/** The method that consoles call. Deno and Bun look for Node's name, too. */
const HOOK = Symbol.for("nodejs.util.inspect.custom");

/** The properties that are shown. They have no side effect and hold no secret. */
const FIELDS = ["format", "sampleRate", "duration", "contentLength", "isRaw", "bodyUsed"] as const;

/**
 * Makes `console.log` show audio as its name and its facts.
 *
 * @param prototype The prototype of the class.
 * @param name The name to show, because minifiers change the name of the class.
 */
export function showAs(prototype: object, name: string): void {
  const inspect = function (this: Readonly<Record<string, unknown>>): string {
    const shown = FIELDS.map((field) => {
      const value = this[field];
      return `${field}: ${typeof value === "string" ? JSON.stringify(value) : value}`;
    });
    return `${name} { ${shown.join(", ")} }`;
  };
  Object.defineProperty(prototype, HOOK, { value: inspect, configurable: true, writable: true });
}
