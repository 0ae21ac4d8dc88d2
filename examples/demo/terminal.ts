/** Numbers for people, and a line that changes while they watch. */

/** A line on the terminal that changes; in a log, one line a second. */
export interface LiveLine {
  /** Shows `text`. A log has every important text. */
  show(text: string, important: boolean): void;
  /** Ends the line; the last text stays. */
  end(): void;
}

/** Starts a line. */
export function liveLine(): LiveLine {
  if (!Deno.stdout.isTerminal()) {
    let last = -Infinity;
    return {
      show(text, important) {
        if (!important && performance.now() - last < 1_000) return;
        last = performance.now();
        console.log(text);
      },
      end() {},
    };
  }
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
  let open = false;
  return {
    // Important texts stay, the others are replaced.
    show(text, important) {
      write(`${open ? (important ? "\n" : "\r") : ""}${text}\x1b[K`);
      open = true;
    },
    end() {
      write("\n");
    },
  };
}

/** 10928 as `10,928`. */
export function count(value: number | undefined): string {
  return value === undefined ? "?" : value.toLocaleString("en-US");
}

/** 38_400_044 as `38.4 MB`. */
export function bytes(value: number): string {
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** 75.5 as `1 min 16 s`, 7.25 as `7.3 s`. */
export function seconds(value: number | undefined): string {
  if (value === undefined) return "?";
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
