import { ApiError } from '@banyan/contracts';
import type { Clock, Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import { exchangeRefreshToken } from './exchange.ts';
import { endSession } from './sessions.ts';
import type { TokenPairs } from './token-pairs.ts';

export interface SessionDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly tokenPairs: TokenPairs;
  readonly refreshRetryGraceSeconds: number;
}

export function createSessionHandlers(deps: SessionDeps): Handlers<'refresh' | 'logout'> {
  const { db, clock, tokenPairs, refreshRetryGraceSeconds } = deps;
  return {
    async refresh({ body, transact }) {
      const issueTokens = await tokenPairs.issuer();
      try {
        return await transact(async (tx) => {
          const now = clock.now();
          const graceSince = new Date(now.getTime() - refreshRetryGraceSeconds * 1_000);
          const exchange = await exchangeRefreshToken(tx, body.refreshToken, { now, graceSince });
          if (exchange.kind === 'reused') throw new TokenReused(exchange.sessionId);
          if (exchange.kind === 'unknown') throw invalidRefreshToken();
          return { status: 200, body: await issueTokens(tx, exchange.session) };
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

/** Ends the transaction of an exchange whose session must end, which a transaction that fails can't do itself. */
class TokenReused extends Error {
  override readonly name = 'TokenReused';
  readonly sessionId: string;

  constructor(sessionId: string) {
    super('a refresh token was used twice');
    this.sessionId = sessionId;
  }
}

function invalidRefreshToken(): ApiError {
  return new ApiError('invalid_refresh_token', 'The refresh token is not valid. Please log in again.');
}
