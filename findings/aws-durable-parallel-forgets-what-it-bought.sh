#!/usr/bin/env bash
# AWS's durable execution SDK ends parallel() at the first branch that fails and records nothing of those that still buy, and runs a step that throws six times
#
# Guess:   parallel() waits for all branches and tells which failed, as its result with successCount, failureCount and throwIfError() suggests. A step without a retryStrategy is run once, or
#          three times as in the README's example. An error keeps its name.
# Came:    Without a completionConfig one failure completes the batch: the branch that submits chapter 1 is STARTED, and stays so when the id comes 0.3 s later, in the records, too. A step that
#          throws is run six times, a TypeError as well. What is caught is a StepError; the error's name stands in its cause, and the request id is gone. With toleratedFailureCount both branches
#          are recorded.
# With:    @aws/durable-execution-sdk-js 2.4.0, its -testing 1.1.4, Node 20.20; run on 2026-11-28.
# Matters: A book that is bought in parallel loses the ids of what was paid for because another chapter failed, and a submission whose answer is lost is bought six times. Give each paid step
#          retryStrategy: () => ({ shouldRetry: false }), let it return its error as a value, and set toleratedFailureCount to the number of branches.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @aws/durable-execution-sdk-js@2.4.0 @aws/durable-execution-sdk-js-testing@1.1.4
cat >observe.cjs <<'JS'
const { setTimeout: wait } = require("node:timers/promises");
const { withDurableExecution } = require("@aws/durable-execution-sdk-js");
const { LocalDurableTestRunner } = require("@aws/durable-execution-sdk-js-testing");

const once = { retryStrategy: () => ({ shouldRetry: false }) };

async function run(handler) {
  const runner = new LocalDurableTestRunner({ handlerFunction: withDurableExecution(handler) });
  return await runner.run({ payload: {} });
}

async function inParallel(name, config) {
  let came = "no id";
  const execution = await run(async (_, context) => {
    const batch = await context.parallel("book", [
      (branch) =>
        branch.step("chapter 1", async () => {
          await wait(300);
          came = "the id came";
          return "job-1";
        }),
      (branch) =>
        branch.step("chapter 2", () => {
          throw new Error("no such voice");
        }, once),
    ], config);
    const result = batch.all.map((branch) => branch.result ?? branch.status).join(", ");
    // The execution goes on long enough for the record.
    await context.step("something else", () => wait(600));
    return `${result}; ${came} in the end`;
  });
  const steps = execution.getOperations().filter((operation) => operation.getName()?.startsWith("chapter"));
  console.log(`${name}: ${execution.getResult()}; recorded: ${steps.map((step) => step.getStatus()).join(", ")}`);
}

async function main() {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  await inParallel("parallel");
  await inParallel("parallel, toleratedFailureCount 2", { completionConfig: { toleratedFailureCount: 2 } });

  let runs = 0;
  await run((_, context) =>
    context.step("chapter", () => {
      runs++;
      throw new TypeError("fetch failed");
    })
  );
  console.log(`a step that throws a TypeError: run ${runs} times`);

  const caught = await run(async (_, context) => {
    try {
      await context.step("chapter", () => {
        throw Object.assign(new Error("lost"), { name: "ConnectionError", requestId: "job-1" });
      }, once);
    } catch (error) {
      return `${error.name}, its cause ${error.cause.name}, its request id ${error.requestId ?? error.cause.requestId}`;
    }
  });
  console.log(`caught: ${caught.getResult()}`);
  await LocalDurableTestRunner.teardownTestEnvironment();
}

main();
JS
timeout 100 node observe.cjs | tee seen
diff - seen <<'WANT'
parallel: STARTED, FAILED; the id came in the end; recorded: STARTED, FAILED
parallel, toleratedFailureCount 2: job-1, FAILED; the id came in the end; recorded: SUCCEEDED, FAILED
a step that throws a TypeError: run 6 times
caught: StepError, its cause ConnectionError, its request id undefined
WANT
