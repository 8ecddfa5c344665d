import {
  type ConfigOf,
  type ConfigOutcome,
  keyId,
  logLevels,
  readEnvironment,
  secret,
  url,
  wholeNumber,
} from '@banyan/serving';
import { z } from 'zod';

const withoutTrailingSlashes = (value: string) => value.replace(/\/+$/, '');

const schema = z.object({
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),

  DATABASE_URL: url('postgres', 'postgresql'),
  /** Of one environment, which works on one request at a time: hashing is concurrent, queries are few. */
  DATABASE_POOL_SIZE: wholeNumber(1, 100).default(4),

  /** Where the whole API is reached, by whichever side answers a route: the gateway. */
  API_URL: url('http', 'https').transform(withoutTrailingSlashes),
  /** Where clients reach the application: the beginning of every link in a mail. */
  PUBLIC_URL: url('http', 'https').transform(withoutTrailingSlashes),

  /** Seals the private keys that sign access tokens. */
  AUTH_KEY_SECRET: secret(),
  /** The monolith's JWT_SECRET and JWT_KEY_ID: its tokens are good here too. */
  LEGACY_JWT_SECRET: secret(),
  LEGACY_JWT_KEY_ID: keyId().default('legacy-1'),
  /** Seals the answers that are kept for `Idempotency-Key`; the same on both sides, which answer for each other. */
  IDEMPOTENCY_SECRET: secret(),

  ACCESS_TOKEN_MINUTES: wholeNumber(1, 1_440).default(15),
  REFRESH_TOKEN_DAYS: wholeNumber(1, 365).default(30),
  REFRESH_RETRY_GRACE_SECONDS: wholeNumber(0, 300).default(10),
  BCRYPT_COST: wholeNumber(4, 16).default(12),

  /** Proxies of ours on the way here, the gateway and API Gateway: a client's address is what the outermost of them saw. */
  TRUSTED_PROXY_HOPS: wholeNumber(0, 10).default(2),
  /** Failed logins in 15 minutes, after which more are refused. */
  LOGIN_FAILURES_PER_ACCOUNT: wholeNumber(1, 1_000_000).default(10),
  LOGIN_FAILURES_PER_ADDRESS: wholeNumber(1, 1_000_000).default(100),
});

export type Config = ConfigOf<typeof schema>;

/** Judges the whole environment, and reports every fault at once. */
export function readConfig(environment: NodeJS.ProcessEnv): ConfigOutcome<Config> {
  return readEnvironment(schema, environment);
}
