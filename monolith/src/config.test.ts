import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

const sufficient = {
  DATABASE_URL: 'postgres://localhost/waitlist',
  JWT_SECRET: 'j'.repeat(32),
  IDEMPOTENCY_SECRET: 'i'.repeat(32),
  GUEST_TOKEN_SECRET: 'g'.repeat(32),
  PUBLIC_URL: 'https://waitlist.example/',
  SMTP_URL: 'smtp://localhost:2525',
  UPLOADS_DIR: '/tmp/uploads',
};

function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  const outcome = readConfig(environment);
  return outcome.ok ? [] : outcome.faults;
}

describe('configuration', () => {
  it('needs a few variables and has a default for each other one', () => {
    const outcome = readConfig(sufficient);
    expect(outcome).toMatchObject({
      ok: true,
      config: {
        host: '127.0.0.1',
        monolithPort: 4000,
        accessTokenMinutes: 15,
        publicUrl: 'https://waitlist.example',
      },
    });
  });

  it('reports every fault at once, by the name of its variable', () => {
    const faults = faultsOf({
      MONOLITH_PORT: '65536',
      BCRYPT_COST: '12.5',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'short',
    });
    expect(faults).toEqual([
      'MONOLITH_PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^LOG_LEVEL must be one of silent, /),
      'DATABASE_URL is required',
      'JWT_SECRET must have at least 32 bytes',
      'BCRYPT_COST must be a whole number from 4 to 16',
      'IDEMPOTENCY_SECRET is required',
      'GUEST_TOKEN_SECRET is required',
      'PUBLIC_URL is required',
      'SMTP_URL is required',
      'UPLOADS_DIR is required',
    ]);
  });

  it('never repeats a value, which may be a secret', () => {
    const faults = faultsOf({
      ...sufficient,
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://root:hunter2@host/db',
    });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('takes a variable that is set to nothing for one that is not set', () => {
    expect(readConfig({ ...sufficient, MONOLITH_PORT: '' })).toMatchObject({
      config: { monolithPort: 4000 },
    });
    expect(faultsOf({ ...sufficient, JWT_SECRET: '' })).toEqual(['JWT_SECRET is required']);
  });

  it.each([
    ['DATABASE_URL', 'localhost/waitlist'],
    ['SMTP_URL', 'http://localhost'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['DATABASE_POOL_SIZE', '0'],
    ['MONOLITH_PORT', '-1'],
    ['MONOLITH_PORT', '0x10'],
    ['JWT_KEY_ID', 'a b'],
  ])('refuses %s=%s', (name, value) => {
    expect(faultsOf({ ...sufficient, [name]: value })).toEqual([expect.stringMatching(`^${name} must be `)]);
  });
});
