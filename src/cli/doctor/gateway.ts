/** Headers that only one gateway writes. */
const SIGNS: Readonly<Record<string, string>> = {
  "x-envoy-upstream-service-time": "Envoy",
  "x-envoy-decorator-operation": "Envoy",
  "cf-ray": "Cloudflare",
  "x-amz-cf-id": "CloudFront",
  "x-amzn-trace-id": "AWS load balancer",
  "x-kong-upstream-latency": "Kong",
  "x-kong-proxy-latency": "Kong",
  "fly-request-id": "Fly.io",
  "x-vercel-id": "Vercel",
};

/** A name as `Server` and `Via` hold it, with its version: `nginx/1.27.3`, `Google Frontend`. */
const NAME = /^[\w.-]+(?: [A-Za-z][\w.-]*)?(?:\/[\w.-]+)?/;

/**
 * The gateways and servers that an answer names in `Server`, in `Via` and by headers of their own; `undefined` when it names none.
 * Names are cut after 40 characters, because the answer may come from anybody.
 */
export function gatewayOf(headers: Headers): string | undefined {
  const server = headers.get("server") ?? "";
  // An entry of Via is a protocol, a name, and perhaps a comment: "1.1 Caddy", "HTTP/1.1 proxy.example (squid)".
  const via = (headers.get("via") ?? "").split(",").map((entry) =>
    entry.trim().split(/\s+/)[1] ?? ""
  );
  const names = [server, ...via].map((text) => NAME.exec(text.trim())?.[0].slice(0, 40) ?? "");
  for (const [header, name] of Object.entries(SIGNS)) if (headers.has(header)) names.push(name);
  const seen = new Map<string, string>();
  for (const name of names) {
    const key = name.split("/")[0]!.toLowerCase();
    if (name !== "" && !seen.has(key)) seen.set(key, name);
  }
  return seen.size === 0 ? undefined : [...seen.values()].slice(0, 5).join(", ");
}
