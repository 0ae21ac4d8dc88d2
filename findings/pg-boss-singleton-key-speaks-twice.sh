#!/usr/bin/env bash
# pg-boss takes two jobs of one singletonKey into its standard queue, and both are run
#
# Guess:   A second send() with the singletonKey of a job that waits or runs returns null, whatever the queue: the key is there for that. Only a job that has ended makes
#          room for it.
# Came:    In a queue of the standard policy, which each queue has by default, the key keeps nothing out: both jobs are accepted, and both are fetched. "singleton" accepts
#          both, and runs one at a time. "short" and "stately" refuse the second while the first waits, and accept it while the first runs. Only "exclusive", or
#          singletonSeconds beside the key, refuse it in both states.
# With:    pg-boss 12.38.0, @electric-sql/pglite 0.5.17 (PostgreSQL in the process) on Node 20.20; run on 2026-11-28.
# Matters: A page that is submitted twice, or a send() that is repeated after a lost answer, has its chapter spoken and paid for twice. Create the queue with policy "exclusive",
#          or send with an id of one's own: a second send() of an id returns null.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund pg-boss@12.38.0 @electric-sql/pglite@0.5.17
cat >send.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";
import { PgBoss } from "pg-boss";
const database = await PGlite.create();
const boss = new PgBoss({
  supervise: false,
  schedule: false,
  db: {
    async executeSql(text, values) {
      if (values?.length) return await database.query(text, values);
      const results = await database.exec(text);
      return results.length === 1 ? results[0] : results;
    },
  },
});
boss.on("error", (error) => console.log("error", error.message));
await boss.start();
const send = async (queue, options) => await boss.send(queue, {}, options) === null ? "refused" : "accepted";
for (const policy of ["standard", "short", "singleton", "stately", "exclusive"]) {
  await boss.createQueue(policy, { policy });
  const options = { singletonKey: "chapter 1" };
  await send(policy, options);
  const waiting = await send(policy, options);
  const running = (await boss.fetch(policy, { batchSize: 9 })).length;
  console.log(`${policy}: second while the first waits ${waiting}, then running ${running}, another while running ${await send(policy, options)}`);
}
await boss.createQueue("default");
for (const options of [{ singletonKey: "chapter 1" }, { singletonKey: "chapter 2", singletonSeconds: 3600 }, { id: crypto.randomUUID() }]) {
  const name = Object.keys(options).join(" and ");
  console.log(`default queue, ${name}: first ${await send("default", options)}, second ${await send("default", options)}`);
}
process.exit();
JS
timeout 60 node send.mjs | tee seen
diff - seen <<'WANT'
standard: second while the first waits accepted, then running 2, another while running accepted
short: second while the first waits refused, then running 1, another while running accepted
singleton: second while the first waits accepted, then running 1, another while running accepted
stately: second while the first waits refused, then running 1, another while running accepted
exclusive: second while the first waits refused, then running 1, another while running refused
default queue, singletonKey: first accepted, second accepted
default queue, singletonKey and singletonSeconds: first accepted, second refused
default queue, id: first accepted, second refused
WANT
