import { createClient } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWhole, type Whole } from '../../stack/start-whole.ts';
import { readCutoverConfig } from '../config.ts';
import { moveAbout } from '../move-about.ts';
import { createSeeded } from '../seeded.ts';
import { createFindings, faultKinds } from './findings.ts';
import { type Journey, registerAccount } from './journey.ts';
import { walk } from './walk.ts';

const { seed, long } = readCutoverConfig(process.env);
const leastSteps = long ? 20_000 : 2_000;
const users = long ? 12 : 8;
const graceSeconds = 3;

describe('identity while auth moves to and fro', () => {
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

  it(
    'nobody is logged out, nobody is refused wrongly, and nothing outlives its logout',
    async () => {
      const seeded = createSeeded(seed);
      const clientOf = (baseUrl: string) => createClient({ baseUrl, strict: true });
      let steps = 0;
      const findings = createFindings(() => `step ${steps}, after a move to ${moves.last()}`);
      const common = {
        findings,
        graceMs: graceSeconds * 1_000,
        gateway: clientOf(whole.gatewayUrl),
        sides: [clientOf(whole.monolithUrl), clientOf(whole.serviceUrl)],
        mailsTo: whole.mailsTo,
      };
      // The first accounts and tokens are the monolith's, made before anything moves.
      const journeys = await Promise.all(
        Array.from({ length: users }, async (_, i): Promise<Journey> => {
          const journey = { ...common, name: `user ${i}`, seeded: seeded.fork(i) };
          return { ...journey, account: await registerAccount(journey) };
        }),
      );
      const moves = moveAbout({
        ops: await whole.ops(),
        capability: 'auth',
        seeded: seeded.fork('moves'),
        breakMs: 150,
      });
      const more = () => {
        if (steps >= leastSteps) return false;
        steps += 1;
        return true;
      };
      await Promise.all(journeys.map((journey) => walk(journey, more)));
      await moves.stop().catch((error: unknown) => findings.report('unexpected', String(error)));

      const faults = findings.faults();
      const kinds = faultKinds.map(
        (kind) => `${faults.filter((fault) => fault.kind === kind).length} ${kind}`,
      );
      const counts = [...findings.counts()].map(([what, times]) => `${what} ${times}`);
      process.stdout.write(
        `identity (seed ${seed}): ${steps} steps of ${users} users, ${moves.count()} changes: ${kinds.join(', ')}; ${counts.join(', ')}\n`,
      );
      expect(faults.slice(0, 10)).toEqual([]);
      // A run in which one side signed nothing, or nobody ever came too late, would prove little.
      for (const what of [
        'signed by legacy',
        'signed by service',
        'logouts',
        'resets by mail',
        'refreshes whose answer was lost',
        'sessions ended by a replay beyond the grace',
      ])
        expect([what, findings.counts().get(what) ?? 0]).not.toEqual([what, 0]);
    },
    long ? 900_000 : 120_000,
  );
});
