import { randomUUID } from 'node:crypto';
import { type Caller, mintOpaqueToken } from '@banyan/serving';
import type { Knex } from 'knex';

/** As the legacy layout names them. */
export type EndedWhy = 'logout' | 'password-changed' | 'token-reused';

export async function openSession(db: Knex.Transaction, userId: string, now: Date): Promise<Caller> {
  const sessionId = randomUUID();
  await db('sessions').insert({ id: sessionId, user_id: userId, created_at: now });
  return { userId, sessionId };
}

/** Ends one session, on the spot: each request asks whether its own still holds. */
export async function endSession(db: Knex, sessionId: string, why: EndedWhy, now: Date): Promise<void> {
  await db('sessions')
    .where({ id: sessionId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_why: why });
}

/** Ends every session of a user, but the one from which the password was changed, if it was. */
export async function endSessionsOf(
  db: Knex.Transaction,
  userId: string,
  { except, now }: { readonly except?: string; readonly now: Date },
): Promise<void> {
  const sessions = db('sessions').where({ user_id: userId }).whereNull('ended_at');
  if (except !== undefined) sessions.whereNot({ id: except });
  await sessions.update({ ended_at: now, ended_why: 'password-changed' });
}

export async function addRefreshToken(
  db: Knex.Transaction,
  sessionId: string,
  { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date },
): Promise<string> {
  const token = mintOpaqueToken();
  await db('refresh_tokens').insert({
    token_hash: token.hash,
    session_id: sessionId,
    created_at: now,
    expires_at: expiresAt,
  });
  return token.text;
}
