import { randomUUID } from 'node:crypto';
import { hashOpaqueToken, mintOpaqueToken } from '@banyan/serving';
import type { Knex } from 'knex';

export type EndedWhy = 'logout' | 'password-changed' | 'token-reused';

export interface SessionTimes {
  readonly now: Date;
  /** When a refresh token that is made now ends. */
  readonly refreshExpiresAt: Date;
  /** Tokens that were exchanged since may be exchanged again: see `exchangeRefreshToken`. */
  readonly graceSince: Date;
}

export interface OpenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly refreshToken: string;
}

export type Exchange =
  | { readonly kind: 'exchanged'; readonly session: OpenSession }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reused'; readonly sessionId: string };

export async function openSession(
  db: Knex.Transaction,
  userId: string,
  times: SessionTimes,
): Promise<OpenSession> {
  const sessionId = randomUUID();
  await db('sessions').insert({ id: sessionId, user_id: userId, created_at: times.now });
  return { sessionId, userId, refreshToken: await addRefreshToken(db, sessionId, times) };
}

/**
 * Exchanges a refresh token for the next of its family, which is its session.
 *
 * A token is good for one exchange. It may be exchanged again within the grace, since the answer may have been lost or
 * two tabs may have asked at once: each gets a token, and both are good. The first of them to be exchanged retires the
 * other, which then has the grace as well. A token that comes after its grace is in two hands: the caller must then end
 * the family, outside of this transaction, which fails.
 */
export async function exchangeRefreshToken(
  db: Knex.Transaction,
  refreshToken: string,
  times: SessionTimes,
): Promise<Exchange> {
  const tokenHash = hashOpaqueToken(refreshToken);
  const found: { session_id: string } | undefined = await db('refresh_tokens')
    .where({ token_hash: tokenHash })
    .first('session_id');
  if (found === undefined) return { kind: 'unknown' };

  // All that happens to a family happens under this lock; the token is read under it, not before.
  const sessionId = found.session_id;
  const session: { user_id: string } | undefined = await db('sessions')
    .where({ id: sessionId })
    .whereNull('ended_at')
    .forNoKeyUpdate()
    .first('user_id');
  const token: { expires_at: Date; exchanged_at: Date | null } | undefined = await db('refresh_tokens')
    .where({ token_hash: tokenHash })
    .first('expires_at', 'exchanged_at');
  if (session === undefined || token === undefined || token.expires_at <= times.now)
    return { kind: 'unknown' };

  if (token.exchanged_at === null) {
    await db('refresh_tokens')
      .where({ session_id: sessionId })
      .whereNull('exchanged_at')
      .update({ exchanged_at: times.now });
  } else if (token.exchanged_at < times.graceSince) {
    return { kind: 'reused', sessionId };
  }
  const next = await addRefreshToken(db, sessionId, times);
  return { kind: 'exchanged', session: { sessionId, userId: session.user_id, refreshToken: next } };
}

export async function endSession(db: Knex, sessionId: string, why: EndedWhy, now: Date): Promise<void> {
  await db('sessions')
    .where({ id: sessionId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_why: why });
}

/** Ends all sessions of a user but the one that is named, if any. */
export async function endSessionsOf(
  db: Knex.Transaction,
  userId: string,
  { except, why, now }: { readonly except?: string; readonly why: EndedWhy; readonly now: Date },
): Promise<void> {
  const sessions = db('sessions').where({ user_id: userId }).whereNull('ended_at');
  if (except !== undefined) sessions.whereNot({ id: except });
  await sessions.update({ ended_at: now, ended_why: why });
}

async function addRefreshToken(
  db: Knex.Transaction,
  sessionId: string,
  times: SessionTimes,
): Promise<string> {
  const token = mintOpaqueToken();
  await db('refresh_tokens').insert({
    token_hash: token.hash,
    session_id: sessionId,
    created_at: times.now,
    expires_at: times.refreshExpiresAt,
  });
  return token.text;
}
