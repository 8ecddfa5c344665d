import { decodeProtectedHeader } from 'jose';
import type { Knex } from 'knex';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Authenticate, Authentication } from '../http/authentication.ts';
import type { Caller } from '../http/route-handler.ts';
import { type AccessTokenOptions, algorithm, audience, issuer } from './access-token.ts';

export interface Authenticator {
  /** Judges a request's bearer token, and whether its session still holds: a logout counts from that moment. */
  readonly authenticate: Authenticate;
  /** For tokens that come otherwise than in a header. */
  readonly readAccessToken: (token: string) => Promise<Caller | undefined>;
}

export interface AuthenticatorDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly options: AccessTokenOptions;
}

const clockToleranceSeconds = 5;
/** No token of ours lives longer: config.ts allows no more. */
const maxLifetimeSeconds = 24 * 60 * 60;

/** All that a header of ours has. One that points elsewhere for its key (`jku`, `x5u`, `jwk`, …) is none of ours. */
const headerSchema = z.strictObject({ alg: z.literal(algorithm), typ: z.literal('JWT'), kid: z.string() });

const payloadSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  iat: z.int(),
  exp: z.int(),
});

export function createAuthenticator({ db, clock, options }: AuthenticatorDeps): Authenticator {
  const passport = new Passport();
  const nowSeconds = () => clock.now().getTime() / 1_000;

  async function findSession(payload: unknown): Promise<Authentication> {
    const claims = payloadSchema.safeParse(payload);
    if (!claims.success) return { kind: 'refused' };
    const { sub: userId, sid: sessionId, iat, exp } = claims.data;
    if (exp - iat > maxLifetimeSeconds || iat > nowSeconds() + clockToleranceSeconds)
      return { kind: 'refused' };
    const row: { ended_at: Date | null } | undefined = await db('sessions')
      .where({ id: sessionId, user_id: userId })
      .first('ended_at');
    if (row === undefined) return { kind: 'refused' };
    return { kind: row.ended_at === null ? 'caller' : 'ended', caller: { userId, sessionId } };
  }

  /** Made for each request, since a strategy takes the time when it is made, and ours is passed in. */
  function createStrategy(): Strategy {
    return new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        secretOrKeyProvider: (_request, token, done) => {
          if (isOurHeader(token, options.jwtKeyId)) done(null, options.jwtSecret);
          else done(new Error('not a token of ours'));
        },
        algorithms: [algorithm],
        issuer,
        audience,
        jsonWebTokenOptions: {
          clockTimestamp: Math.floor(nowSeconds()),
          clockTolerance: clockToleranceSeconds,
        },
      },
      (payload: unknown, done) => {
        findSession(payload).then(
          (authentication) => done(null, authentication),
          (fault: unknown) => done(fault),
        );
      },
    );
  }

  const authenticate: Authenticate = (request) =>
    new Promise((resolve, reject) => {
      if (request.headers.authorization === undefined) {
        resolve({ kind: 'none' });
        return;
      }
      const settle = (fault: unknown, authentication?: Authentication | false) => {
        if (fault) reject(fault);
        else resolve(authentication || { kind: 'refused' });
      };
      passport.authenticate(createStrategy(), { session: false }, settle)(request, undefined, reject);
    });

  return {
    authenticate,
    async readAccessToken(token) {
      // Through the same strategy, so that a token is good in both places or in neither.
      const authentication = await authenticate({ headers: { authorization: `Bearer ${token}` } });
      return authentication.kind === 'caller' ? authentication.caller : undefined;
    },
  };
}

function isOurHeader(token: unknown, keyId: string): boolean {
  try {
    return headerSchema.parse(decodeProtectedHeader(String(token))).kid === keyId;
  } catch {
    return false;
  }
}
