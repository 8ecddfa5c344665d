import { decodeProtectedHeader } from 'jose';
import type { Knex } from 'knex';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Caller } from '../http/route-handler.ts';
import type { Authenticate, Authentication } from './authentication.ts';
import { type FindTokenKey, type TokenKey, tokenAlgorithms } from './token-key.ts';

export interface Authenticator {
  /** Judges a request's bearer token, and whether its session still holds: a logout counts from that moment. */
  readonly authenticate: Authenticate;
  /** For tokens that come otherwise than in a header. */
  readonly readAccessToken: (token: string) => Promise<Caller | undefined>;
}

export interface AuthenticatorDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly findTokenKey: FindTokenKey;
}

const clockToleranceSeconds = 5;
/** No token of ours lives longer, whichever side signed it: their configuration allows no more. */
const maxLifetimeSeconds = 24 * 60 * 60;

/** Longer than any token of ours, and short enough to be looked at for nothing. */
const maxTokenLength = 4_096;

/** All that a header of ours has. One that points elsewhere for its key (`jku`, `x5u`, `jwk`, …) is none of ours. */
const headerSchema = z.strictObject({
  alg: z.enum(tokenAlgorithms),
  typ: z.literal('JWT'),
  kid: z.string().max(128),
});

const payloadSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  iat: z.int(),
  exp: z.int(),
});

const bearerOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** Verifies the tokens of both sides, each by its own key and by nothing that the token says of itself (RFC 8725). */
export function createAuthenticator({ db, clock, findTokenKey }: AuthenticatorDeps): Authenticator {
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

  /** The key that the token's header names; only if its algorithm is the one that the header claims. */
  async function keyOf(token: string): Promise<TokenKey | undefined> {
    const header = readHeader(token);
    const key = header && (await findTokenKey(header.kid));
    return key?.algorithm === header?.alg ? key : undefined;
  }

  /** Made for each request, since a strategy takes key and time when it is made. */
  function createStrategy({ key, algorithm, issuer, audience }: TokenKey): Strategy {
    return new Strategy(
      {
        jwtFromRequest: bearerOf,
        secretOrKey: key,
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

  const authenticate: Authenticate = async (request) => {
    if (request.headers.authorization === undefined) return { kind: 'none' };
    const token = bearerOf(request as Parameters<typeof bearerOf>[0]);
    const key = token === null ? undefined : await keyOf(token);
    if (key === undefined) return { kind: 'refused' };
    return new Promise((resolve, reject) => {
      const settle = (fault: unknown, authentication?: Authentication | false) => {
        if (fault) reject(fault);
        else resolve(authentication || { kind: 'refused' });
      };
      passport.authenticate(createStrategy(key), { session: false }, settle)(request, undefined, reject);
    });
  };

  return {
    authenticate,
    async readAccessToken(token) {
      // Through the same strategy, so that a token is good in both places or in neither.
      const authentication = await authenticate({ headers: { authorization: `Bearer ${token}` } });
      return authentication.kind === 'caller' ? authentication.caller : undefined;
    },
  };
}

function readHeader(token: string): z.output<typeof headerSchema> | undefined {
  if (token.length > maxTokenLength) return undefined;
  try {
    return headerSchema.safeParse(decodeProtectedHeader(token)).data;
  } catch {
    return undefined;
  }
}
