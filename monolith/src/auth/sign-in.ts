import type { Tokens } from '@banyan/contracts';
import type { Clock } from '@banyan/serving';
import { type AccessTokenOptions, signAccessToken } from './access-token.ts';
import type { OpenSession, SessionTimes } from './session-store.ts';

export interface SessionOptions {
  readonly refreshTokenDays: number;
  readonly refreshRetryGraceSeconds: number;
}

export interface SignIn {
  /** The moments that count for a session that is opened or carried on now. */
  times(): SessionTimes;
  /** What a client gets for a session. */
  tokensFor(session: OpenSession): Promise<Tokens>;
}

export function createSignIn(options: AccessTokenOptions & SessionOptions, clock: Clock): SignIn {
  const dayMs = 24 * 60 * 60 * 1_000;
  return {
    times() {
      const now = clock.now();
      return {
        now,
        refreshExpiresAt: new Date(now.getTime() + options.refreshTokenDays * dayMs),
        graceSince: new Date(now.getTime() - options.refreshRetryGraceSeconds * 1_000),
      };
    },
    async tokensFor({ userId, sessionId, refreshToken }) {
      const accessToken = await signAccessToken(options, clock, { userId, sessionId });
      return {
        tokenType: 'Bearer',
        accessToken: accessToken.text,
        accessTokenExpiresAt: accessToken.expiresAt.toISOString(),
        refreshToken,
      };
    },
  };
}
