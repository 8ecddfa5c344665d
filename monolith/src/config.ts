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

const schema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  MONOLITH_PORT: wholeNumber(0, 65_535).default(4000),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  /** How long requests in flight may take to finish once a stop was asked for. */
  DRAIN_SECONDS: wholeNumber(0, 600).default(10),

  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL_SIZE: wholeNumber(1, 500).default(10),

  /** Signs access tokens. */
  JWT_SECRET: secret(),
  /** Names that secret in a token's header, so that a token of an older secret is refused by its name. */
  JWT_KEY_ID: keyId().default('legacy-1'),
  ACCESS_TOKEN_MINUTES: wholeNumber(1, 1_440).default(15),
  REFRESH_TOKEN_DAYS: wholeNumber(1, 365).default(30),
  REFRESH_RETRY_GRACE_SECONDS: wholeNumber(0, 300).default(10),
  BCRYPT_COST: wholeNumber(4, 16).default(12),
  /** Failed logins in 15 minutes, after which more are refused. */
  LOGIN_FAILURES_PER_ACCOUNT: wholeNumber(1, 1_000_000).default(10),
  LOGIN_FAILURES_PER_ADDRESS: wholeNumber(1, 1_000_000).default(100),
  /**
   * How many proxies of ours append to X-Forwarded-For on the way here. It stands behind the gateway; where clients can
   * reach it themselves, 0 keeps them from choosing the address that their failed logins count for.
   */
  TRUSTED_PROXY_HOPS: wholeNumber(0, 10).default(1),

  /** Seals the answers that are kept for `Idempotency-Key`. */
  IDEMPOTENCY_SECRET: secret(),
  /** Makes the tokens that stand for guests' places: once changed, links that were mailed before lead nowhere. */
  GUEST_TOKEN_SECRET: secret(),

  /** Where clients reach this application: the beginning of every link in a mail. */
  PUBLIC_URL: url('http', 'https').transform((value) => value.replace(/\/+$/, '')),
  SMTP_URL: url('smtp', 'smtps'),
  MAIL_FROM: z.string().min(3).max(320).default('Waitlist <no-reply@banyan.example>'),
  UPLOADS_DIR: z.string({ error: 'is required' }).min(1),
  NOTIFICATION_INTERVAL_SECONDS: wholeNumber(1, 3_600).default(60),
});

export type Config = ConfigOf<typeof schema>;

/** Judges the whole environment, and reports every fault at once. */
export function readConfig(environment: NodeJS.ProcessEnv): ConfigOutcome<Config> {
  return readEnvironment(schema, environment);
}
