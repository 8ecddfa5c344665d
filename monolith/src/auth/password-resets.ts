import { hashOpaqueToken, mintOpaqueToken } from '@banyan/serving';
import type { Knex } from 'knex';

const resetValidForMs = 60 * 60 * 1_000;
const maxResetsPerHour = 5;

export interface ResetRequest {
  readonly token: string;
  readonly userId: string;
}

/**
 * Makes a token that sets a new password, if there is an account and it has not had its share for this hour: nobody's
 * mailbox is filled by someone who knows the address.
 */
export async function requestReset(
  db: Knex.Transaction,
  email: string,
  now: Date,
): Promise<ResetRequest | undefined> {
  const user: { id: string } | undefined = await db('users').where({ email }).forNoKeyUpdate().first('id');
  if (user === undefined) return undefined;
  const hourAgo = new Date(now.getTime() - 60 * 60 * 1_000);
  const recent = await db('password_resets')
    .where({ user_id: user.id })
    .where('created_at', '>', hourAgo)
    .count('* as count')
    .first();
  if (Number(recent?.count) >= maxResetsPerHour) return undefined;
  const token = mintOpaqueToken();
  await db('password_resets').insert({
    token_hash: token.hash,
    user_id: user.id,
    created_at: now,
    expires_at: new Date(now.getTime() + resetValidForMs),
  });
  return { token: token.text, userId: user.id };
}

/** Whether it is worth the time to hash a password for this token. `useReset` decides. */
export async function isResetUsable(db: Knex, token: string, now: Date): Promise<boolean> {
  const row: unknown = await usable(db, token, now).first('user_id');
  return row !== undefined;
}

/** Uses the token up, and with it all others of the same user. @returns whose password it sets, if it is good */
export async function useReset(db: Knex.Transaction, token: string, now: Date): Promise<string | undefined> {
  const found: { user_id: string } | undefined = await usable(db, token, now).first('user_id');
  if (found === undefined) return undefined;
  // One user's resets are used one after another: under the user's lock, the look at the token counts.
  await db('users').where({ id: found.user_id }).forNoKeyUpdate().first('id');
  const row: unknown = await usable(db, token, now).first('user_id');
  if (row === undefined) return undefined;
  await db('password_resets').where({ user_id: found.user_id }).whereNull('used_at').update({ used_at: now });
  return found.user_id;
}

function usable(db: Knex, token: string, now: Date) {
  return db('password_resets')
    .where({ token_hash: hashOpaqueToken(token) })
    .whereNull('used_at')
    .where('expires_at', '>', now);
}
