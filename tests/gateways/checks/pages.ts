// Whether a page of another origin may call.

import type { Check } from "../check.ts";

export const pages: readonly Check[] = [
  {
    name: "A page may ask, with every header of the SDK",
    async run(subject, facts) {
      const path = "/tsetsen.api.v1.TsetsenTTS/GetUserBalance";
      const asked = "content-type,grpc-timeout,x-api-key,x-goog-api-key,x-grpc-web,x-user-agent";
      const response = await (subject.fetch ?? fetch)(subject.url + path, {
        method: "OPTIONS",
        headers: {
          origin: "https://my.site",
          "access-control-request-method": "POST",
          "access-control-request-headers": asked,
        },
      });
      await response.body?.cancel();
      const allowed = response.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
      const open = response.ok && response.headers.has("access-control-allow-origin") &&
        (allowed === "*" || asked.split(",").every((name) => allowed.includes(name)));
      facts["preflight"] = open ? "answered" : "**refused**";
    },
  },
];
