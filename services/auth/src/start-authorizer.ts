import {
  type Clock,
  connect,
  createAuthenticator,
  createDatabaseTokenKeys,
  createIdleCheck,
  createLog,
  monolithTokenKey,
  systemClock,
} from '@banyan/serving';
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import type { Config } from './config.ts';

/** What the functions behind the authorizer are told, as `requestContext.authorizer.lambda`. */
export interface AuthorizedCaller {
  readonly userId: string;
  readonly sessionId: string;
}

export type AuthorizerResult =
  | APIGatewaySimpleAuthorizerResult
  | APIGatewaySimpleAuthorizerWithContextResult<AuthorizedCaller>;

export interface Authorizer {
  authorize(event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers'>): Promise<AuthorizerResult>;
  /** Closes the pool. */
  stop(): Promise<void>;
}

/** Judges access tokens of both sides, and whether their sessions still hold, for functions that do neither. */
export function startAuthorizer(config: Config, clock: Clock = systemClock): Authorizer {
  const log = createLog('authorizer', config.logLevel);
  const db = connect({
    url: config.databaseUrl,
    applicationName: 'banyan-authorizer',
    poolSize: 1,
    log,
    check: createIdleCheck({ idleMs: 1_000, answersWithinMs: 1_000 }),
  });
  const { find: findTokenKey } = createDatabaseTokenKeys({
    db,
    clock,
    log,
    known: { [config.legacyJwtKeyId]: monolithTokenKey(config.legacyJwtSecret) },
  });
  const { authenticate } = createAuthenticator({ db, clock, findTokenKey });
  return {
    async authorize({ headers }) {
      const authentication = await authenticate({ headers: headers ?? {} });
      if (authentication.kind !== 'caller') return { isAuthorized: false };
      const { userId, sessionId } = authentication.caller;
      return { isAuthorized: true, context: { userId, sessionId } };
    },
    stop: () => db.destroy(),
  };
}
