import { ApiError, type User } from '@banyan/contracts';
import type { Knex } from 'knex';
import { readUser } from './user-rows.ts';

/** @throws ApiError unauthorized, if the account went away since the token was read */
export async function presentUser(db: Knex, userId: string): Promise<User> {
  const user = await readUser(db, userId);
  if (user === undefined) throw new ApiError('unauthorized', 'This account is gone.');
  return user;
}
