import { type Clock, connect, createAuthenticator, createLog, systemClock } from '@banyan/serving';
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import type { Config } from './config.ts';
import { createTokenKeys } from './token-keys.ts';

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
  const db = connect({
    url: config.databaseUrl,
    applicationName: 'banyan-authorizer',
    poolSize: 1,
    log: createLog('authorizer', config.logLevel),
  });
  const { find: findTokenKey } = createTokenKeys({ config, db, clock });
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
