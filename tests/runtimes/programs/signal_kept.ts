// Waits on signals that nobody else refers to, with garbage collections in between.

import { onAbort } from "../../../src/lib/abort.ts";
import { collect, say, sleep } from "./host.ts";

const COUNT = 50;
const PATIENCE = 300;

let timedOut = 0;
for (let i = 0; i < COUNT; i++) onAbort(AbortSignal.timeout(PATIENCE), () => timedOut++);
const due = sleep(PATIENCE + 100);

// A runtime keeps the signals of its own timers by itself: nothing but the wait keeps these.
let fired = 0;
const refs: WeakRef<AbortSignal>[] = [];
for (let i = 0; i < COUNT; i++) {
  const { signal } = new AbortController();
  refs.push(new WeakRef(signal));
  onAbort(signal, () => fired++);
}
await collect();
for (const ref of refs) ref.deref()?.dispatchEvent(new Event("abort"));
// Their waits are over: now they may go.
await collect();
const left = refs.filter((ref) => ref.deref() !== undefined).length;
await due;
say({ fired, timedOut, left });
