/** 10928 as `10,928`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** 1 and "part" as `1 part`, 1200 as `1,200 parts`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** 38_400_044 as `38.4 MB`. */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** 75.5 as `1 min 16 s`, 7.25 as `7.3 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
