import { useEffect, useState } from 'preact/hooks';

const minuteMs = 60_000;

/** The time, told again every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMs / 2);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** "just now", "12 min", "3 h 5 min": how long ago something was. */
export function timeSince(timestamp: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(timestamp)) / minuteMs);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function Moment({ at }: { readonly at: string }) {
  return <time dateTime={at}>{clock.format(new Date(at))}</time>;
}

export function aboutMinutes(minutes: number): string {
  return minutes === 1 ? 'about 1 minute' : `about ${minutes} minutes`;
}

export function partyOf(size: number): string {
  return size === 1 ? 'party of 1' : `party of ${size}`;
}
