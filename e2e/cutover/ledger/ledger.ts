/** What clients were told is done: each entry is an acknowledged write, and nothing else is in here. */

export interface SessionEntry {
  readonly id: string;
  /** The newest tokens. */
  accessToken: string;
  refreshToken: string;
  /** Exchanges that were acknowledged; each made one more refresh token. */
  exchanges: number;
  /** Why it ended, if it has. */
  ended: 'logout' | 'password-changed' | undefined;
}

export interface AccountEntry {
  readonly id: string;
  readonly email: string;
  password: string;
  displayName: string;
  phone: string | null;
  readonly sessions: SessionEntry[];
  mails: number;
}

/** Sent once, without a key, to a server whose answer was lost: there or not, but whole. */
export interface UnsureEntry {
  readonly email: string;
  readonly password: string;
}

export interface Ledger {
  readonly accounts: AccountEntry[];
  readonly unsure: UnsureEntry[];
  /** Acknowledged writes, by what they were. */
  readonly writes: Map<string, number>;
}

export function createLedger(): Ledger {
  return { accounts: [], unsure: [], writes: new Map() };
}

export function acknowledge({ writes }: Ledger, what: string): void {
  writes.set(what, (writes.get(what) ?? 0) + 1);
}

export function describeWrites({ writes }: Ledger): string {
  const total = [...writes.values()].reduce((sum, count) => sum + count, 0);
  return `${total} acknowledged writes (${[...writes].map(([what, count]) => `${what} ${count}`).join(', ')})`;
}
