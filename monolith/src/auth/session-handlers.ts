import { ApiError } from '@banyan/contracts';
import type { Clock, Handlers, LoginLimits } from '@banyan/serving';
import type { Knex } from 'knex';
import { present } from './account-handlers.ts';
import type { Passwords } from './passwords.ts';
import { endSession, exchangeRefreshToken, openSession } from './session-store.ts';
import type { SignIn } from './sign-in.ts';
import { findCredentials, lockCredentials } from './user-store.ts';

export interface SessionDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly loginLimits: LoginLimits;
  readonly signIn: SignIn;
}

/** Ends the transaction of a refresh that must end its family, which a transaction that fails can't do. */
class TokenReused extends Error {
  override readonly name = 'TokenReused';
  readonly sessionId: string;

  constructor(sessionId: string) {
    super('a refresh token was used twice');
    this.sessionId = sessionId;
  }
}

export function createSessionHandlers(deps: SessionDeps): Handlers<'login' | 'refresh' | 'logout'> {
  const { db, clock, passwords, loginLimits, signIn } = deps;
  return {
    login: ({ body, clientAddress, transact }) =>
      loginLimits.guard({ email: body.email, clientAddress }, async () => {
        const credentials = await findCredentials(db, { email: body.email });
        const matches = await passwords.matches(body.password, credentials?.passwordHash);
        if (credentials === undefined || !matches) throw invalidCredentials();
        return transact(async (tx) => {
          if (!(await lockCredentials(tx, credentials))) throw invalidCredentials();
          const tokens = await signIn.tokensFor(await openSession(tx, credentials.id, signIn.times()));
          return { status: 200, body: { ...tokens, user: await present(tx, credentials.id) } };
        });
      }),

    async refresh({ body, transact }) {
      try {
        return await transact(async (tx) => {
          const exchange = await exchangeRefreshToken(tx, body.refreshToken, signIn.times());
          if (exchange.kind === 'reused') throw new TokenReused(exchange.sessionId);
          if (exchange.kind === 'unknown') throw invalidRefreshToken();
          return { status: 200, body: await signIn.tokensFor(exchange.session) };
        });
      } catch (fault) {
        if (!(fault instanceof TokenReused)) throw fault;
        await endSession(db, fault.sessionId, 'token-reused', clock.now());
        throw invalidRefreshToken();
      }
    },

    logout: ({ caller, transact }) =>
      transact(async (tx) => {
        await endSession(tx, caller.sessionId, 'logout', clock.now());
        return { status: 204 };
      }),
  };
}

/** The same for an address without an account and for a wrong password. */
function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The e-mail address or the password is wrong.');
}

function invalidRefreshToken(): ApiError {
  return new ApiError('invalid_refresh_token', 'The refresh token is not valid. Please log in again.');
}
