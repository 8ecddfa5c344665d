/**
 * What one simulated user knows of their own account: which tokens must work, and which must not. Written from the promises,
 * not from either side's code.
 */

/** When something happened at a server, as far as its client can tell: between asking and being answered. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface SessionModel {
  readonly id: string;
  readonly accessTokens: string[];
  /** Each with when it was first exchanged, or might have been; undefined while it is good for its one exchange. */
  readonly refreshTokens: Map<string, Span | undefined>;
  ended: boolean;
}

export interface AccountModel {
  readonly userId: string;
  readonly email: string;
  password: string;
  displayName: string;
  phone: string | null;
  readonly sessions: SessionModel[];
  /** At most five mails an hour go to one address. */
  resets: number;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export type Expected = 'works' | 'is refused' | 'either';

/** Clocks of one machine, read in several processes, to the millisecond. */
const clockSlackMs = 50;

/** Whether an exchange that is asked for now must succeed. Beyond the grace it is refused, and ends its session. */
export function expectExchange(
  session: SessionModel,
  refreshToken: string,
  asked: Span,
  graceMs: number,
): Expected {
  if (session.ended) return 'is refused';
  if (!session.refreshTokens.has(refreshToken)) return 'is refused';
  const exchanged = session.refreshTokens.get(refreshToken);
  if (exchanged === undefined) return 'works';
  if (asked.until - exchanged.from < graceMs - clockSlackMs) return 'works';
  return asked.from - exchanged.until > graceMs + clockSlackMs ? 'is refused' : 'either';
}

/** A first exchange retires every token of the session that was still unused; one within the grace only adds. */
export function noteExchange(session: SessionModel, refreshToken: string, asked: Span): void {
  if (session.refreshTokens.get(refreshToken) !== undefined) return;
  for (const [token, exchanged] of session.refreshTokens) {
    if (exchanged === undefined) session.refreshTokens.set(token, asked);
  }
}

export function addTokens(session: SessionModel, tokens: Tokens): void {
  session.accessTokens.push(tokens.accessToken);
  if (!session.refreshTokens.has(tokens.refreshToken))
    session.refreshTokens.set(tokens.refreshToken, undefined);
}

export function openSession(account: AccountModel, tokens: Tokens): SessionModel {
  const session = {
    id: claimsOf(tokens.accessToken).sid,
    accessTokens: [],
    refreshTokens: new Map(),
    ended: false,
  };
  addTokens(session, tokens);
  account.sessions.push(session);
  return session;
}

export function endOthers(account: AccountModel, kept?: SessionModel): void {
  for (const session of account.sessions) if (session !== kept) session.ended = true;
}

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly sid: string;
}

/** Read, not verified: for what a client may guess of a token. */
export function claimsOf(accessToken: string): Claims {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(payload) as Claims;
}

/** Which side signed it. */
export function signerOf(accessToken: string): 'legacy' | 'service' {
  return claimsOf(accessToken).iss.endsWith('/auth') ? 'service' : 'legacy';
}
