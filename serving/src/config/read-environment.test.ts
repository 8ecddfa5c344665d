import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { url, wholeNumber } from './fields.ts';
import { readEnvironment } from './read-environment.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url('postgres'),
  REFRESH_RETRY_GRACE_SECONDS: wholeNumber(0, 300).default(10),
});

describe('an environment', () => {
  it('becomes a configuration, named as the code names it', () => {
    const outcome = readEnvironment(schema, { DATABASE_URL: 'postgres://a/b', OTHER: 'x' });
    expect(outcome).toEqual({
      ok: true,
      config: { host: '127.0.0.1', databaseUrl: 'postgres://a/b', refreshRetryGraceSeconds: 10 },
    });
  });

  it('has what is set to nothing as not set', () => {
    const outcome = readEnvironment(schema, { DATABASE_URL: 'postgres://a/b', HOST: '' });
    expect(outcome).toMatchObject({ config: { host: '127.0.0.1' } });
  });

  it('is refused with every fault at once, and no value', () => {
    const outcome = readEnvironment(schema, {
      DATABASE_URL: 'mysql://secret',
      REFRESH_RETRY_GRACE_SECONDS: '-1',
    });
    expect(outcome).toEqual({
      ok: false,
      faults: [
        'DATABASE_URL must be a URL that begins with postgres://',
        'REFRESH_RETRY_GRACE_SECONDS must be a whole number from 0 to 300',
      ],
    });
  });
});
