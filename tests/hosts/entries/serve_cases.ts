// A Worker that runs one case a request, because no request of a Worker lives for minutes.

import { parts } from "../cases/requests.ts";
import type { Context } from "../context.ts";
import { runCase } from "../suite.ts";

/** Makes the Worker. `more` is what its context has beside what workerd can do. */
export function serveCases(
  more: Partial<Context> = {},
): { fetch(request: Request): Promise<Response> } {
  return {
    async fetch(request) {
      const { origin, searchParams } = new URL(request.url);
      const part = parts[searchParams.get("part") ?? ""];
      if (part !== undefined) return Response.json(await part());
      const context = {
        control: searchParams.get("control") ?? "",
        partsUrl: origin,
        provesRefusal: false,
        hasHttp2: false,
        gc: makeGarbage,
        ...more,
      };
      return Response.json(await runCase(Number(searchParams.get("case")), context));
    },
  };
}

/** A Worker cannot ask for a collection, but V8 must make one for this much. */
function makeGarbage(): void {
  for (let i = 0; i < 200; i++) new Uint8Array(1_000_000).fill(i);
}
