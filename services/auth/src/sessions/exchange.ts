import { type Caller, hashOpaqueToken } from '@banyan/serving';
import type { Knex } from 'knex';

export type Exchange =
  | { readonly kind: 'good'; readonly session: Caller }
  | { readonly kind: 'unknown' }
  /** Somebody else has it too: the caller must end the session, outside of this transaction, which fails. */
  | { readonly kind: 'reused'; readonly sessionId: string };

export interface ExchangeTimes {
  readonly now: Date;
  /** Tokens that were exchanged since may be exchanged again. */
  readonly graceSince: Date;
}

/**
 * Judges a refresh token, and marks it as exchanged. A session is a family of tokens, of which each is good for one
 * exchange.
 *
 * It may be exchanged again within the grace: its answer may have been lost, or two tabs may have asked at once. Each
 * gets a token of its own, and all of these are good, since nobody knows which one the client kept. The first of them
 * to be exchanged retires the others, from when the grace counts for them. Whatever comes after its grace is in two
 * hands.
 */
export async function exchangeRefreshToken(
  db: Knex.Transaction,
  refreshToken: string,
  { now, graceSince }: ExchangeTimes,
): Promise<Exchange> {
  const tokenHash = hashOpaqueToken(refreshToken);
  const family: { session_id: string } | undefined = await db('refresh_tokens')
    .where({ token_hash: tokenHash })
    .first('session_id');
  if (family === undefined) return { kind: 'unknown' };

  // Everything that happens to a family happens under this lock, so the token's state is read after it and not before.
  const sessionId = family.session_id;
  const session: { user_id: string } | undefined = await db('sessions')
    .where({ id: sessionId })
    .whereNull('ended_at')
    .forNoKeyUpdate()
    .first('user_id');
  const token: { expires_at: Date; exchanged_at: Date | null } | undefined = await db('refresh_tokens')
    .where({ token_hash: tokenHash })
    .first('expires_at', 'exchanged_at');
  if (session === undefined || token === undefined || token.expires_at <= now) return { kind: 'unknown' };

  if (token.exchanged_at !== null && token.exchanged_at < graceSince) return { kind: 'reused', sessionId };
  if (token.exchanged_at === null) {
    await db('refresh_tokens')
      .where({ session_id: sessionId })
      .whereNull('exchanged_at')
      .update({ exchanged_at: now });
  }
  return { kind: 'good', session: { userId: session.user_id, sessionId } };
}
