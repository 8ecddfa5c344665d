import { type Config, readConfig } from '../config.ts';

/** Small costs and generous limits; otherwise as a service is run. */
export function testConfig(databaseUrl: string, apiUrl = 'http://127.0.0.1:1'): Config {
  const outcome = readConfig(testEnvironment(databaseUrl, apiUrl));
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'));
  return outcome.config;
}

export function testEnvironment(databaseUrl: string, apiUrl: string): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    API_URL: apiUrl,
    PUBLIC_URL: 'http://waitlist.test',
    AUTH_KEY_SECRET: 'for tests: seals the private keys that sign tokens',
    LEGACY_JWT_SECRET: 'for tests: signs access tokens and nothing else',
    IDEMPOTENCY_SECRET: 'for tests: seals the answers that are kept',
    BCRYPT_COST: '4',
    LOG_LEVEL: 'silent',
    LOGIN_FAILURES_PER_ADDRESS: '100000',
  };
}
