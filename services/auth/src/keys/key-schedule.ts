/** When a signing key is used for what. It is published when it is made. */
export interface KeyTimes {
  readonly createdAt: Date;
  readonly signsFrom: Date;
  readonly signsUntil: Date;
  readonly verifiedUntil: Date;
}

export interface KeyPlan<K extends KeyTimes> {
  /** The key to sign with now. */
  readonly signWith: K | undefined;
  /** The key that should be made now: because there is none to sign with, or because the newest one's time is near. */
  readonly create: KeyTimes | undefined;
}

const minuteMs = 60 * 1_000;
const dayMs = 24 * 60 * minuteMs;

/** How long a key signs before its successor takes over. */
export const signingPeriodMs = 30 * dayMs;

/** How long a key is published before it signs: longer than anyone who verifies keeps a set of keys. */
export const publishedBeforeMs = dayMs;

/** A key may go on signing for so long past its period: its successor is made on demand, and there may be none for a while. */
const overlapMs = 2 * publishedBeforeMs;

/** No token lives longer, on either side, by configuration; and clocks differ. */
const tokenLifetimeMs = dayMs + minuteMs;

/**
 * What to do about the signing keys at a moment. Pure; it holds whatever the order and the gaps in which it is asked:
 * there is always one to sign with once what it asks for was made, and a key is verified until its last token is over.
 */
export function planKeys<K extends KeyTimes>(keys: readonly K[], now: Date): KeyPlan<K> {
  const newest = latest(keys);
  const signWith = latest(keys.filter((key) => key.signsFrom <= now && now < key.signsUntil));
  if (signWith === undefined) return { signWith, create: keyFrom(now, now) };
  if (newest === undefined || now < after(newest.signsFrom, signingPeriodMs - publishedBeforeMs)) {
    return { signWith, create: undefined };
  }
  const wanted = latestOf(after(newest.signsFrom, signingPeriodMs), after(now, publishedBeforeMs));
  // Never so late that nothing signs in between.
  const signsFrom = wanted < newest.signsUntil ? wanted : newest.signsUntil;
  return { signWith, create: keyFrom(signsFrom, now) };
}

function keyFrom(signsFrom: Date, createdAt: Date): KeyTimes {
  const signsUntil = after(signsFrom, signingPeriodMs + overlapMs);
  return { createdAt, signsFrom, signsUntil, verifiedUntil: after(signsUntil, tokenLifetimeMs) };
}

function latest<K extends KeyTimes>(keys: readonly K[]): K | undefined {
  return keys.reduce<K | undefined>(
    (best, key) => (best === undefined || key.signsFrom > best.signsFrom ? key : best),
    undefined,
  );
}

function latestOf(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function after(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
