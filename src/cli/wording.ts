// The SDK's messages name its options; on the command line these have other names.

const SENTENCES: readonly (readonly [api: string, ours: string])[] = [
  [
    "give apiKey, or set the environment variable TSETSEN_API_KEY",
    "set the environment variable TSETSEN_API_KEY, or give --api-key-file",
  ],
  ["apiKey must be", "The API key must be"],
  // Here it is said from what is known.
  [' Unless charged is "no", look at the balance before sending it again.', ""],
  ["look at the balance before sending it again", "look at `tsetsen balance` before another try"],
  ["secure: false", "--insecure"],
  ["retryUnknown: true", "--retry-unknown"],
  ["retryLost: true", "--retry-lost"],
  ["the minBalance of", "the --min-balance of"],
  ['method: "stream"', "--method stream"],
  ["client.job() with the request id", "`tsetsen resume` with the request id"],
];

const OPTIONS: Readonly<Record<string, string>> = {
  voiceId: "--voice",
  version: "--model",
  speed: "--speed",
  endpoint: "--endpoint",
  timeout: "--timeout or --job-timeout",
  partTimeout: "--job-timeout",
  maxRetries: "--retries",
  maxCharacters: "--max-characters",
  pauseScale: "--pause-scale",
  concurrency: "--concurrency",
  minBalance: "--min-balance",
  pollInterval: "--poll-interval",
  maxLines: "--caption-lines",
};

/** A message of the SDK with the names of the command line. */
export function inOurWords(message: string): string {
  let text = message;
  for (const [api, ours] of SENTENCES) text = text.replaceAll(api, ours);
  return text.replace(
    /^(\w+: )?(?:pauses\.(\w+)|(\w+)) must be/,
    (whole, code = "", pause, name) =>
      pause
        ? `${code}--pause ${pause} must be`
        : OPTIONS[name]
        ? `${code}${OPTIONS[name]} must be`
        : whole,
  );
}
