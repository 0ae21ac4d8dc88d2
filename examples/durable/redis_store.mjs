// @ts-check
// A fenced store on Redis. The server needs `appendonly yes` and `appendfsync always`, or a loss of power may cost a step that
// was paid for.

const SAVE = `
  local version = tonumber(redis.call("HGET", KEYS[1], "version") or "0")
  if version ~= tonumber(ARGV[2]) then return false end
  redis.call("HSET", KEYS[1], "value", ARGV[1], "version", version + 1)
  return tostring(version + 1)`;

/**
 * @param {import("ioredis").Redis} redis
 * @returns {import("@tsetsen/sdk/narration").Store}
 */
export function redisStore(redis) {
  return {
    async load(name) {
      const [value, version] = await redis.hmget(`tsetsen:${name}`, "value", "version");
      return value && version ? { value, version } : undefined;
    },
    async save(name, value, follows) {
      const version = await redis.eval(SAVE, 1, `tsetsen:${name}`, value, follows ?? "0");
      return version === null ? undefined : String(version);
    },
    async loadAudio(name) {
      return await redis.getBuffer(`tsetsen-audio:${name}`) ?? undefined;
    },
    async saveAudio(name, audio) {
      await redis.set(`tsetsen-audio:${name}`, Buffer.from(audio));
    },
  };
}
