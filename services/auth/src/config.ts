import { keyId, logLevels, readEnvironment, secret, url, wholeNumber } from '@banyan/serving';
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

export type Config = ReturnType<typeof named>;

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges the whole environment, and reports every fault at once. */
export function readConfig(environment: NodeJS.ProcessEnv): ConfigOutcome {
  const outcome = readEnvironment(schema, environment);
  return outcome.ok ? { ok: true, config: named(outcome.values) } : outcome;
}

/** What the process was started with. Prints what is wrong with it, and ends the process then. */
export function configOrExit(): Config {
  const outcome = readConfig(process.env);
  if (outcome.ok) return outcome.config;
  const lines = outcome.faults.map((fault) => `  ${fault}\n`).join('');
  process.stderr.write(`The auth service can't start: its environment is not right.\n${lines}`);
  process.exit(1);
}

function named(values: z.output<typeof schema>) {
  return {
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    apiUrl: values.API_URL,
    publicUrl: values.PUBLIC_URL,
    authKeySecret: values.AUTH_KEY_SECRET,
    legacyJwtSecret: values.LEGACY_JWT_SECRET,
    legacyJwtKeyId: values.LEGACY_JWT_KEY_ID,
    idempotencySecret: values.IDEMPOTENCY_SECRET,
    accessTokenMinutes: values.ACCESS_TOKEN_MINUTES,
    refreshTokenDays: values.REFRESH_TOKEN_DAYS,
    refreshRetryGraceSeconds: values.REFRESH_RETRY_GRACE_SECONDS,
    bcryptCost: values.BCRYPT_COST,
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    loginFailuresPerAccount: values.LOGIN_FAILURES_PER_ACCOUNT,
    loginFailuresPerAddress: values.LOGIN_FAILURES_PER_ADDRESS,
  } as const;
}
