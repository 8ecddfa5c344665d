import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRunConfig } from '../../run-config.ts';
import type { OpsClient } from '../../stack/ops-client.ts';
import { type Gateways, startGateways } from '../../stack/start-gateways.ts';
import { createTestDatabase, type TestDatabase } from '../../stack/test-database.ts';
import { describeMs, percentile } from '../distribution.ts';
import { createSeeded } from '../seeded.ts';
import { createAsker, keepAsking } from './ask-gateways.ts';
import { type Flip, flip } from './flip.ts';
import { createHistory, type Sample, type State, sideOf } from './history.ts';
import { type SidedUpstream, startSidedUpstream } from './sided-upstream.ts';

const { seed, long } = readRunConfig('CUTOVER', process.env);
const gatewayCount = 4;
const flips = long ? 200 : 40;
const clients = long ? 16 : 8;
const capability = 'things';
const keys = Array.from({ length: 200 }, (_, i) => `caller-${seed}-${i}`);
/** Promised for each change; the short form, on a machine that does other things too, judges the median alone. */
const promisedMs = 250;

describe('flips under load on four gateways with one store', () => {
  let database: TestDatabase;
  let upstreams: readonly SidedUpstream[];
  let gateways: Gateways;
  let ops: readonly OpsClient[];
  const cohorts = new Map<string, number>();
  const cohortOf = (key: string) => cohorts.get(key) ?? Number.NaN;

  beforeAll(async () => {
    database = await createTestDatabase();
    upstreams = await Promise.all([startSidedUpstream('legacy'), startSidedUpstream('service')]);
    const [legacy, service] = upstreams.map(({ url }) => url);
    gateways = await startGateways(gatewayCount, database.url, {
      upstream: legacy ?? '',
      plan: { capabilities: { [capability]: { routes: [{ prefix: '/moved' }], service } } },
    });
    ops = await Promise.all(gateways.all.map((gateway) => gateway.ops()));
    for (const key of keys) cohorts.set(key, await cohortAt(ops[0], key));
  }, 60_000);
  afterAll(async () => {
    await gateways?.stop();
    await Promise.all((upstreams ?? []).map((upstream) => upstream.close()));
    await database?.drop();
  }, 30_000);

  async function cohortAt(client: OpsClient | undefined, key: string): Promise<number> {
    const { cohort } = (await client?.explain({ method: 'GET', path: '/moved/thing', user: key })) ?? {};
    if (typeof cohort !== 'number') throw new Error(`no cohort is given for ${key}`);
    return cohort;
  }

  it('a caller has the same cohort in every process', async () => {
    for (const key of keys.slice(0, 20)) {
      const said = await Promise.all(ops.map((client) => cohortAt(client, key)));
      expect(said).toEqual(said.map(() => cohortOf(key)));
    }
  });

  it(
    'each reaches every process, no request fails, and none is answered by a side that no state in force names',
    async () => {
      const seeded = createSeeded(seed);
      const first: State = { stage: 'legacy', rolloutPercent: 0, allow: [], deny: [] };
      const history = createHistory(first, gatewayCount, cohortOf);
      const samples: Sample[] = [];
      const asker = createAsker(
        gateways.all.map(({ port }) => port),
        (sample) => samples.push(sample),
      );
      const stop = new AbortController();
      const load = Array.from({ length: clients }, (_, i) =>
        keepAsking(asker, { gateways: gatewayCount, keys, seeded: seeded.fork(i) }, stop.signal),
      );
      const made: Flip[] = [];
      try {
        while (made.length < flips) {
          await delay(seeded.below(80));
          made.push(await flip({ capability, ops, asker, history, keys, cohortOf, seeded }));
        }
        // In the end all four agree on everyone.
        for (const key of keys) {
          const answers = await Promise.all(ops.map((_, gateway) => asker.ask(gateway, key)));
          const side = sideOf(history.current(), key, cohortOf(key));
          expect(answers.map((answer) => answer.side)).toEqual(answers.map(() => side));
        }
      } finally {
        stop.abort();
        await Promise.all(load);
        asker.close();
      }

      const failed = samples.filter(({ side }) => side === undefined);
      const wrong = samples.filter((sample) => !history.allows(sample));
      const reached = made.flatMap(({ reachedMs }) => reachedMs);
      const everywhere = made.map(({ everywhereMs }) => everywhereMs);
      const contested = made.filter((one) => one.contested).length;
      const byService = samples.filter(({ side }) => side === 'service').length;
      process.stdout.write(
        [
          `flips (seed ${seed}): ${made.length} changes (${contested} contested) on ${gatewayCount} gateways,`,
          `${samples.length} requests (${byService} by the service): ${failed.length} failed,`,
          `${wrong.length} by a side that no state in force named;`,
          `acknowledged → in force at a gateway: ${describeMs(reached)}, asked for → in force at every gateway: ${describeMs(everywhere)}\n`,
        ].join(' '),
      );
      expect(failed).toEqual([]);
      expect(wrong).toEqual([]);
      // Without notifications the median would be that of the poll, some 500 ms.
      expect(percentile(everywhere, 0.5)).toBeLessThanOrEqual(promisedMs);
      if (long) expect(percentile(reached, 1)).toBeLessThanOrEqual(promisedMs);

      // The audit log tells the same story, without a gap.
      const log = await ops[1]?.changes(capability, 200);
      expect(log?.map(({ id }) => id)).toEqual(made.toReversed().map(({ change }) => change?.id));
      const versions = log?.map(({ version }) => version) ?? [];
      expect(versions).toEqual(Array.from({ length: flips }, (_, i) => flips - i));
    },
    long ? 300_000 : 60_000,
  );
});
