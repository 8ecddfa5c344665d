export type { Authenticate, Authentication } from './authentication/authentication.ts';
export { type Authenticator, createAuthenticator } from './authentication/authenticator.ts';
export { hashOpaqueToken, mintOpaqueToken, type OpaqueToken } from './authentication/opaque-token.ts';
export {
  type FindTokenKey,
  monolithTokenKey,
  type TokenAlgorithm,
  type TokenKey,
  tokenAudience,
  tokenIssuers,
} from './authentication/token-key.ts';
export { type Clock, systemClock } from './clock.ts';
export { keyId, secret, url, wholeNumber } from './config/fields.ts';
export {
  type ConfigOf,
  type ConfigOutcome,
  configOrExit,
  readEnvironment,
} from './config/read-environment.ts';
export { connect } from './database/connect.ts';
export { createIdleCheck } from './database/idle-check.ts';
export { isDatabaseUnavailable } from './database/is-unavailable.ts';
export { logAccess } from './http/access-log.ts';
export { bindRoutes } from './http/bind-routes.ts';
export { ClientGone } from './http/client-gone.ts';
export { createKeptAnswers } from './http/kept-answers.ts';
export { type Listening, listen } from './http/listen.ts';
export { mapErrors } from './http/map-error.ts';
export { refuseUnknownPaths } from './http/refuse-unknown-paths.ts';
export { assignRequestId, requestIdOf } from './http/request-id.ts';
export type {
  Caller,
  Handler,
  Handlers,
  RouteAnswer,
  RouteRequest,
  StreamHandler,
  UploadedFile,
} from './http/route-handler.ts';
export { type ContentSecurityPolicy, securityHeaders } from './http/security-headers.ts';
export { sendAnswer } from './http/send-answer.ts';
export {
  createDatabaseTokenKeys,
  type DatabaseTokenKeys,
} from './identity/create-database-token-keys.ts';
export { createHashingBound } from './identity/create-hashing-bound.ts';
export {
  createLoginLimits,
  type LoginLimits,
  sweepLoginFailures,
} from './identity/create-login-limits.ts';
export { createLog, type Log, type LogLevel, logLevels } from './log.ts';
export { createPeriodic } from './periodic.ts';
