import type { RouteNameOf } from '@banyan/contracts';
import type { Clock, Handlers, Log } from '@banyan/serving';
import {
  assignRequestId,
  bindRoutes,
  createAuthenticator,
  createDatabaseTokenKeys,
  createKeptAnswers,
  createLoginLimits,
  logAccess,
  mapErrors,
  monolithTokenKey,
  refuseUnknownPaths,
  securityHeaders,
  tokenIssuers,
} from '@banyan/serving';
import express, { type Express } from 'express';
import type { Knex } from 'knex';
import { createAccountHandlers } from './accounts/account-handlers.ts';
import { createRegisterHandler } from './accounts/register.ts';
import { createRegisterWithPhoto } from './accounts/register-with-photo.ts';
import { createSendPhoto, type SendPhoto } from './accounts/send-photo.ts';
import type { Config } from './config.ts';
import { bindHealth } from './health.ts';
import { createAccessTokens } from './keys/access-tokens.ts';
import { createKeySeal } from './keys/seal-private-key.ts';
import { createSigningKeys } from './keys/signing-keys.ts';
import { boundHashing } from './passwords/bound-hashing.ts';
import { createHashFunctions, type HashFunctions } from './passwords/hash-functions.ts';
import { createPasswordHandlers } from './passwords/password-handlers.ts';
import { createPasswords } from './passwords/passwords.ts';
import { createLoginHandler } from './sessions/login.ts';
import { createSessionHandlers } from './sessions/session-handlers.ts';
import { createTokenPairs } from './sessions/token-pairs.ts';
import { answerWithoutSeam } from './without-seam.ts';

export interface AuthAppDeps {
  readonly config: Config;
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  /** What tests replace. */
  readonly hashFunctions?: HashFunctions;
  readonly sendPhoto?: SendPhoto;
}

export type AuthRouteName = RouteNameOf<'auth'>;

/** As the monolith sends it with every answer, an API's too: no header tells which side answered. */
const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
} as const;

/** The service, whole: every part and what it depends on. Touches the database only when it is asked something. */
export function createAuthApp(deps: AuthAppDeps): Express {
  const { config, db, clock, log } = deps;
  const { hashFunctions = createHashFunctions(config.bcryptCost) } = deps;
  const { sendPhoto = createSendPhoto({ apiUrl: config.apiUrl, log }) } = deps;
  const tokenKeys = createDatabaseTokenKeys({
    db,
    clock,
    log,
    known: { [config.legacyJwtKeyId]: monolithTokenKey(config.legacyJwtSecret) },
  });
  const { authenticate } = createAuthenticator({ db, clock, findTokenKey: tokenKeys.find });
  const keys = createSigningKeys({ db, clock, seal: createKeySeal(config.authKeySecret), log });
  const accessTokens = createAccessTokens({
    keys,
    clock,
    issuer: tokenIssuers.auth,
    accessTokenMinutes: config.accessTokenMinutes,
  });
  const tokenPairs = createTokenPairs({ accessTokens, clock, refreshTokenDays: config.refreshTokenDays });
  const passwords = boundHashing(createPasswords(hashFunctions));
  const loginLimits = createLoginLimits({
    db,
    log,
    failuresPerAccount: config.loginFailuresPerAccount,
    failuresPerAddress: config.loginFailuresPerAddress,
  });
  const registerWithPhoto = createRegisterWithPhoto({ db, clock, accessTokens, sendPhoto, log });

  const handlers: Handlers<AuthRouteName> = {
    register: createRegisterHandler({ db, clock, passwords, tokenPairs, registerWithPhoto }),
    login: createLoginHandler({ db, clock, passwords, tokenPairs, loginLimits }),
    ...createSessionHandlers({
      db,
      clock,
      tokenPairs,
      refreshRetryGraceSeconds: config.refreshRetryGraceSeconds,
    }),
    ...createPasswordHandlers({ db, clock, passwords, publicUrl: config.publicUrl }),
    ...createAccountHandlers({ db, clock }),
    getJwks: tokenKeys.getJwks,
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.use(assignRequestId, logAccess(log), securityHeaders(contentSecurityPolicy));
  bindHealth(app, { db, log });
  bindRoutes(app, handlers, {
    db,
    keptAnswers: createKeptAnswers(config.idempotencySecret, clock),
    authenticate,
    trustedProxyHops: config.trustedProxyHops,
    log,
  });
  app.use(refuseUnknownPaths, answerWithoutSeam, mapErrors(log));
  return app;
}
