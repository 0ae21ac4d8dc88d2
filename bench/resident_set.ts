import process from "node:process";

const INTERVAL = 50;

/** Samples this process's resident set every 50 ms until it is stopped. In bytes. */
export function residentSet(): { stop(): { start: number; peak: number } } {
  const start = process.memoryUsage().rss;
  let peak = start;
  const sample = () => peak = Math.max(peak, process.memoryUsage().rss);
  const timer = setInterval(sample, INTERVAL);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return { start, peak };
    },
  };
}
