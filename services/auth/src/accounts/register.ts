import { ApiError } from '@banyan/contracts';
import type { Clock, Handler, RouteAnswer } from '@banyan/serving';
import type { Knex } from 'knex';
import type { Passwords } from '../passwords/passwords.ts';
import { openSession } from '../sessions/sessions.ts';
import type { IssueTokens, TokenPairs } from '../sessions/token-pairs.ts';
import { insertUser } from './new-users.ts';
import { presentUser } from './present-user.ts';
import type { RegisterWithPhoto } from './register-with-photo.ts';
import { isEmailTaken } from './user-rows.ts';

export interface RegisterDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly tokenPairs: TokenPairs;
  readonly registerWithPhoto: RegisterWithPhoto;
}

export function createRegisterHandler(deps: RegisterDeps): Handler<'register'> {
  const { db, clock, passwords, tokenPairs, registerWithPhoto } = deps;
  return async ({ body, upload, requestId, transact }) => {
    // Spares the slow work; whether the address is free is decided when somebody gets it.
    if (await isEmailTaken(db, body.email)) throw emailTaken();
    const { password, ...account } = body;
    const hashes = await passwords.hash(password);
    const user = { ...account, phone: account.phone, hashes };
    const issueTokens = await tokenPairs.issuer();
    if (upload !== undefined) return registerWithPhoto({ user, upload, requestId, issueTokens, transact });
    return transact(async (tx) => {
      const userId = await insertUser(tx, user, clock.now());
      if (userId === undefined) throw emailTaken();
      return firstSession(tx, userId, issueTokens, clock.now());
    });
  };
}

/** What a registration is answered with: its user is logged in at once. */
export async function firstSession(
  tx: Knex.Transaction,
  userId: string,
  issueTokens: IssueTokens,
  now: Date,
): Promise<RouteAnswer> {
  const tokens = await issueTokens(tx, await openSession(tx, userId, now));
  return { status: 201, body: { ...tokens, user: await presentUser(tx, userId) } };
}

export function emailTaken(): ApiError {
  return new ApiError('email_taken', 'There is an account with this e-mail address already.');
}
