/** What is promised of moving auth, shown on one running whole, one promise after another. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRunConfig } from '../run-config.ts';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { runIdentity } from './identity/run-identity.ts';
import { runLedger } from './ledger/run-ledger.ts';
import { runSeam } from './seam/run-seam.ts';

const { seed, long } = readRunConfig('CUTOVER', process.env);
const graceSeconds = long ? 10 : 4;
/** No request may wait longer for a seam that moves. */
const promisedPauseMs = 1_000;
const timeoutMs = long ? 900_000 : 120_000;

describe('auth on the move, with both sides running', () => {
  let whole: Whole;

  beforeAll(async () => {
    whole = await startWhole({
      both: {
        REFRESH_RETRY_GRACE_SECONDS: String(graceSeconds),
        // Journeys mistype passwords on purpose, all from one address.
        LOGIN_FAILURES_PER_ACCOUNT: '1000',
        LOGIN_FAILURES_PER_ADDRESS: '100000',
      },
    });
  }, 90_000);
  afterAll(() => whole?.stop(), 30_000);

  const print = (line: string) => process.stdout.write(`${line}\n`);

  it(
    'nobody is logged out, nobody is refused wrongly, and nothing outlives its logout',
    async () => {
      const steps = long ? 20_000 : 2_000;
      const report = await runIdentity({ whole, seed, steps, users: long ? 12 : 8, graceSeconds });
      print(report.line);
      expect(report.faults.slice(0, 10)).toEqual([]);
      // A run in which one side signed nothing, or nobody ever came too late, would prove little.
      expect([...report.counts.keys()]).toEqual(
        expect.arrayContaining([
          'signed by legacy',
          'signed by service',
          'logouts',
          'resets by mail',
          'refreshes whose answer was lost',
          'sessions ended by a replay beyond the grace',
        ]),
      );
    },
    timeoutMs,
  );

  it(
    'what was acknowledged equals the database and both sides: nothing lost, nothing doubled',
    async () => {
      const length = long
        ? { writers: 12, breakMs: 1_500, auditedShare: 1 }
        : { writers: 6, breakMs: 40, auditedShare: 0.2 };
      const report = await runLedger({ whole, seed, moves: 50, ...length });
      print(report.line);
      expect(report.differences.slice(0, 10)).toEqual([]);
      // Nothing was killed, so that nothing but a lost answer may make a client ask again.
      expect(report.retries.filter((why) => /^5|no connection/.test(why))).toEqual([]);
    },
    timeoutMs,
  );

  it('the seam goes back only when legacy answers everything', async () => {
    const ops = await whole.ops();
    await ops.rollout('auth', 1);
    expect(await ops.moveSeam('auth', 'back')).toMatchObject({ ok: false, code: 'refused' });
    await ops.rollback('auth');
  });

  it(
    'the seam goes back and forth under load: no request fails, and none waits longer than promised',
    async () => {
      const report = await runSeam({ whole, seed, rounds: long ? 25 : 2 });
      print(report.line);
      expect(report.failed).toEqual([]);
      expect(new Set(report.read)).toEqual(new Set(['200']));
      expect(report.longestPauseMs).toBeLessThanOrEqual(promisedPauseMs);
    },
    timeoutMs,
  );
});
