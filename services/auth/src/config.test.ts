import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';
import { testEnvironment } from './testing/test-config.ts';

const environment = testEnvironment('postgres://auth_service@127.0.0.1/waitlist', 'http://127.0.0.1:8080/');

describe('the auth service’s environment', () => {
  it('is read with defaults for all but what a deployment must decide', () => {
    const outcome = readConfig(environment);
    expect(outcome).toMatchObject({
      ok: true,
      config: {
        apiUrl: 'http://127.0.0.1:8080',
        databasePoolSize: 4,
        legacyJwtKeyId: 'legacy-1',
        accessTokenMinutes: 15,
        refreshTokenDays: 30,
        refreshRetryGraceSeconds: 10,
        loginFailuresPerAccount: 10,
      },
    });
  });

  it('is refused with all of its faults at once, named, and without a secret in them', () => {
    const outcome = readConfig({
      ...environment,
      DATABASE_URL: 'mysql://localhost',
      API_URL: 'gateway',
      PUBLIC_URL: '',
      AUTH_KEY_SECRET: 'too short',
      LEGACY_JWT_KEY_ID: 'legacy 1',
      BCRYPT_COST: '3',
      LOG_LEVEL: 'loud',
    });
    if (outcome.ok) throw new Error('it was accepted');
    const names = outcome.faults.map((fault) => fault.split(' ')[0]);
    expect(names.sort()).toEqual([
      'API_URL',
      'AUTH_KEY_SECRET',
      'BCRYPT_COST',
      'DATABASE_URL',
      'LEGACY_JWT_KEY_ID',
      'LOG_LEVEL',
      'PUBLIC_URL',
    ]);
    expect(outcome.faults.join('\n')).not.toContain('too short');
  });
});
