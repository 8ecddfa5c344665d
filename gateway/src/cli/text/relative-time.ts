const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `3 min ago`. A clock that is a little off doesn't make it the future. */
export function relativeTime(iso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1_000));
  if (Number.isNaN(seconds)) return 'at an unknown time';
  for (const [unit, size] of units) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return seconds < 5 ? 'just now' : `${seconds} s ago`;
}

/** `90s`, `30m`, `1h`, `2d` in seconds; `undefined` for anything else. */
export function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})(s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
}
