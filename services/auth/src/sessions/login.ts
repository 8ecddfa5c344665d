import { ApiError } from '@banyan/contracts';
import type { Clock, Handler, LoginLimits, RouteAnswer, RouteRequest } from '@banyan/serving';
import type { Knex } from 'knex';
import { presentUser } from '../accounts/present-user.ts';
import { findCredentials, lockCredentials, upgradeHashes } from '../passwords/credentials.ts';
import type { Passwords } from '../passwords/passwords.ts';
import { openSession } from './sessions.ts';
import type { TokenPairs } from './token-pairs.ts';

export interface LoginDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly tokenPairs: TokenPairs;
  readonly loginLimits: LoginLimits;
}

export function createLoginHandler(deps: LoginDeps): Handler<'login'> {
  const { db, clock, passwords, tokenPairs, loginLimits } = deps;

  async function login({ body, transact }: RouteRequest<'login'>): Promise<RouteAnswer> {
    const credentials = await findCredentials(db, { email: body.email });
    const comparison = await passwords.compare(body.password, credentials);
    if (credentials === undefined || !comparison.matches) throw invalidCredentials();
    const { userId } = credentials;
    const issueTokens = await tokenPairs.issuer();
    return transact(async (tx) => {
      if (!(await lockCredentials(tx, credentials))) throw invalidCredentials();
      if (comparison.upgrade !== undefined) await upgradeHashes(tx, userId, comparison.upgrade);
      const tokens = await issueTokens(tx, await openSession(tx, userId, clock.now()));
      return { status: 200, body: { ...tokens, user: await presentUser(tx, userId) } };
    });
  }

  return (request) => {
    const { body, clientAddress } = request;
    return loginLimits.guard({ email: body.email, clientAddress }, () => login(request));
  };
}

/** The same for an address without an account and for a wrong password. */
function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The e-mail address or the password is wrong.');
}
