import { ApiError } from '@banyan/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../database/connect.ts';
import { isDatabaseUnavailable } from '../database/is-unavailable.ts';
import { createLog } from '../log.ts';
import { createTestSchema, type TestSchema } from '../testing/test-schema.ts';
import { createLoginLimits, type LoginLimits, sweepLoginFailures } from './create-login-limits.ts';

const ddl =
  'CREATE TABLE login_failures (key text PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)';
const log = createLog('test', 'silent');

describe('login limits', () => {
  let schema: TestSchema;
  let limits: LoginLimits;
  beforeEach(async () => {
    schema = await createTestSchema(ddl);
    limits = createLoginLimits({ db: schema.db, log, failuresPerAccount: 3, failuresPerAddress: 6 });
  });
  afterEach(() => schema.drop());

  let passwordsLookedAt = 0;
  async function login(
    email: string,
    clientAddress: string,
    outcome: 'good' | 'bad' | 'broken',
  ): Promise<string> {
    try {
      return await limits.guard({ email, clientAddress }, async () => {
        passwordsLookedAt += 1;
        if (outcome === 'bad') throw new ApiError('invalid_credentials', 'wrong');
        if (outcome === 'broken') throw new ApiError('unavailable', 'too busy');
        return 'in';
      });
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      if (fault.code !== 'rate_limited') return fault.code;
      expect(Number(fault.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(fault.headers['retry-after'])).toBeLessThanOrEqual(15 * 60);
      return fault.code;
    }
  }
  const times = async (count: number, work: () => Promise<string>) => {
    const outcomes: string[] = [];
    for (let time = 0; time < count; time += 1) outcomes.push(await work());
    return outcomes;
  };
  const bad = 'invalid_credentials';
  const limited = 'rate_limited';
  /** As if the time had gone by: the limits go by the real clock. */
  const windowEnds = () => schema.db('login_failures').where('points', '>', 0).update({ expire: 1 });

  it('stop an account’s failures at the limit, the right password too, from wherever they come', async () => {
    expect(await times(4, () => login('ada@x.test', '192.0.2.1', 'bad'))).toEqual([bad, bad, bad, limited]);
    expect(await login('ada@x.test', '192.0.2.2', 'good')).toBe(limited);
    expect(await login('eve@x.test', '192.0.2.1', 'good')).toBe('in');
  });

  it('stop a client’s failures at the limit, whichever accounts they are for', async () => {
    let account = 0;
    const next = () => login(`${account++}@x.test`, '192.0.2.1', 'bad');
    expect(await times(7, next)).toEqual([bad, bad, bad, bad, bad, bad, limited]);
    expect(await login('0@x.test', '192.0.2.2', 'good')).toBe('in');
  });

  it('take the addresses of one IPv6 network for one client', async () => {
    let host = 0;
    const next = () => login(`${host}@x.test`, `2001:db8:1:2::${(host++).toString(16)}`, 'bad');
    expect((await times(7, next)).at(-1)).toBe(limited);
    expect(await login('a@x.test', '2001:db8:1:3::1', 'bad')).toBe(bad);
  });

  it('forget an account’s failures when its owner logs in', async () => {
    for (let round = 0; round < 2; round += 1) {
      await times(2, () => login('ada@x.test', '192.0.2.1', 'bad'));
      expect(await login('ada@x.test', '192.0.2.1', 'good')).toBe('in');
    }
  });

  it('count no login that succeeded, and none that failed for another reason', async () => {
    await times(20, () => login('ada@x.test', '192.0.2.1', 'good'));
    await times(20, () => login('ada@x.test', '192.0.2.1', 'broken'));
    await times(20, () => login('eve@x.test', '192.0.2.1', 'broken'));
    expect(await times(3, () => login('eve@x.test', '192.0.2.1', 'bad'))).toEqual([bad, bad, bad]);
  });

  it('end with their window, which refused attempts do not prolong', async () => {
    await times(3, () => login('ada@x.test', '192.0.2.1', 'bad'));
    const before = await schema.db('login_failures').orderBy('key').pluck('expire');
    await times(2, () => login('ada@x.test', '192.0.2.1', 'bad'));
    expect(await schema.db('login_failures').orderBy('key').pluck('expire')).toEqual(before);
    await windowEnds();
    expect(await login('ada@x.test', '192.0.2.1', 'good')).toBe('in');
  });

  it('let nobody keep an owner out of where they usually log in', async () => {
    await login('ada@x.test', '192.0.2.1', 'good');
    expect(await times(4, () => login('ada@x.test', '198.51.100.9', 'bad'))).toEqual([
      bad,
      bad,
      bad,
      limited,
    ]);
    expect(await login('ada@x.test', '192.0.2.1', 'good')).toBe('in');
    // Which gives whoever guesses elsewhere no more tries.
    expect(await login('ada@x.test', '198.51.100.9', 'bad')).toBe(limited);
    // And where the owner is, guesses are counted too.
    expect(await times(4, () => login('ada@x.test', '192.0.2.1', 'bad'))).toEqual([bad, bad, bad, limited]);
  });

  it('let no more through than the limit when many race', async () => {
    passwordsLookedAt = 0;
    let address = 0;
    const racing = Array.from({ length: 40 }, () => login('ada@x.test', `192.0.2.${address++}`, 'bad'));
    expect((await Promise.all(racing)).filter((outcome) => outcome === bad)).toHaveLength(3);
    expect(passwordsLookedAt).toBe(3);
  });

  it('are one limit for all who share the table', async () => {
    const other = createLoginLimits({ db: schema.db, log, failuresPerAccount: 3, failuresPerAddress: 6 });
    await times(2, () => login('ada@x.test', '192.0.2.1', 'bad'));
    limits = other;
    expect(await times(2, () => login('ada@x.test', '192.0.2.1', 'bad'))).toEqual([bad, limited]);
  });

  it('keep no address and no mail address, and leave nothing behind once swept', async () => {
    await login('ada@x.test', '192.0.2.1', 'bad');
    await login('ada@x.test', '192.0.2.1', 'good');
    const keys: string[] = await schema.db('login_failures').pluck('key');
    expect(keys.join()).not.toMatch(/ada|192/);
    await sweepLoginFailures(schema.db, new Date(Date.now() + 31 * 24 * 60 * 60 * 1_000));
    expect(await schema.db('login_failures')).toEqual([]);
  });

  it('let nobody in uncounted while the database is away', async () => {
    const db = connect({ url: 'postgres://127.0.0.1:1/none', applicationName: 'test', poolSize: 1 });
    limits = createLoginLimits({ db, log, failuresPerAccount: 3, failuresPerAddress: 6 });
    passwordsLookedAt = 0;
    const fault = await login('ada@x.test', '192.0.2.1', 'good').catch((error: unknown) => error);
    expect(isDatabaseUnavailable(fault)).toBe(true);
    expect(passwordsLookedAt).toBe(0);
    await db.destroy();
  });
});
