import { ok, type Report, skipped, warning } from "../report.ts";
import type { Subject } from "../subject.ts";

/** The least difference that counts as wrong, in milliseconds. Dates have whole seconds, and an answer takes time. */
const OFF = 30_000;

/** Whether this machine's clock is that of the server. */
export function lookAtClock({ clock }: Subject): Report {
  if (clock === undefined) return skipped("No answer of the server had a date.");
  const off = clock.ours - clock.theirs;
  const seconds = Math.round(Math.abs(off) / 1_000);
  const facts = { offset: off };
  if (Math.abs(off) < OFF) return ok("As the server's, within 30 s.", facts);
  return warning(
    `This machine's clock is ${seconds} s ${off > 0 ? "ahead of" : "behind"} the server's.`,
    "Set the clock (NTP), here or there: certificates and waits depend on it.",
    facts,
  );
}
