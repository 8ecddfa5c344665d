import type { Tokens } from '@banyan/contracts';
import type { Caller, Clock } from '@banyan/serving';
import type { Knex } from 'knex';
import type { AccessTokens } from '../keys/access-tokens.ts';
import { addRefreshToken } from './sessions.ts';

/** Adds a refresh token to a session, and answers with what a client gets for it. */
export type IssueTokens = (db: Knex.Transaction, session: Caller) => Promise<Tokens>;

export interface TokenPairs {
  /** To be called before the transaction in which tokens are issued, since it may need a connection of its own. */
  issuer(): Promise<IssueTokens>;
}

export interface TokenPairsDeps {
  readonly accessTokens: AccessTokens;
  readonly clock: Clock;
  readonly refreshTokenDays: number;
}

const dayMs = 24 * 60 * 60 * 1_000;

export function createTokenPairs({ accessTokens, clock, refreshTokenDays }: TokenPairsDeps): TokenPairs {
  return {
    async issuer() {
      const mint = await accessTokens.minter();
      return async (db, session) => {
        const now = clock.now();
        const expiresAt = new Date(now.getTime() + refreshTokenDays * dayMs);
        const refreshToken = await addRefreshToken(db, session.sessionId, { now, expiresAt });
        const accessToken = await mint(session);
        return {
          tokenType: 'Bearer',
          accessToken: accessToken.text,
          accessTokenExpiresAt: accessToken.expiresAt.toISOString(),
          refreshToken,
        };
      };
    },
  };
}
