import { hashOpaqueToken, mintOpaqueToken } from '@banyan/serving';
import type { Knex } from 'knex';

const hourMs = 60 * 60 * 1_000;
const validForMs = hourMs;
const maxPerHour = 5;

/**
 * Makes a token that sets a new password. None if nobody has the address, or if whoever has it was given their share
 * for this hour: nobody's mailbox is filled by someone who knows their address.
 */
export async function requestReset(
  db: Knex.Transaction,
  email: string,
  now: Date,
): Promise<string | undefined> {
  // The lock makes requests for one user come one after another, so that the count counts.
  const user: { id: string } | undefined = await db('users').where({ email }).forNoKeyUpdate().first('id');
  if (user === undefined) return undefined;
  const recent = await db('password_resets')
    .where({ user_id: user.id })
    .where('created_at', '>', new Date(now.getTime() - hourMs))
    .count('* as count')
    .first();
  if (Number(recent?.count) >= maxPerHour) return undefined;
  const token = mintOpaqueToken();
  await db('password_resets').insert({
    token_hash: token.hash,
    user_id: user.id,
    created_at: now,
    expires_at: new Date(now.getTime() + validForMs),
  });
  return token.text;
}

/** Whether hashing a password for this token is worth the time. `useReset` decides. */
export async function isResetUsable(db: Knex, token: string, now: Date): Promise<boolean> {
  return (await findUserOf(db, token, now)) !== undefined;
}

/**
 * Uses the token up, and with it every other one of its user's.
 * @returns whose password it sets, or nothing if it is not good
 */
export async function useReset(db: Knex.Transaction, token: string, now: Date): Promise<string | undefined> {
  const userId = await findUserOf(db, token, now);
  if (userId === undefined) return undefined;
  await db('users').where({ id: userId }).forNoKeyUpdate().first('id');
  // Another one may have been used while this one waited for its turn.
  if ((await findUserOf(db, token, now)) === undefined) return undefined;
  await db('password_resets').where({ user_id: userId }).whereNull('used_at').update({ used_at: now });
  return userId;
}

async function findUserOf(db: Knex, token: string, now: Date): Promise<string | undefined> {
  const row: { user_id: string } | undefined = await db('password_resets')
    .where({ token_hash: hashOpaqueToken(token) })
    .whereNull('used_at')
    .where('expires_at', '>', now)
    .first('user_id');
  return row?.user_id;
}
