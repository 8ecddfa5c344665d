import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { type Cast, createCast } from './cast.ts';
import { readTransparencyConfig } from './config.ts';
import { compareOnMonolith } from './monolith-suite.ts';
import { reportOn } from './report.ts';

describe('transparency, in front of the monolith', () => {
  let whole: Whole;
  let cast: Cast;

  beforeAll(async () => {
    whole = await startWhole();
    cast = await createCast(whole.monolithUrl);
  }, 60_000);
  afterAll(() => whole?.stop(), 30_000);

  const { seed, requests } = readTransparencyConfig(process.env);
  const portOf = (url: string) => Number(new URL(url).port);

  it('a client cannot tell the gateway from the monolith', async () => {
    const sides = { directPort: portOf(whole.monolithUrl), gatewayPort: portOf(whole.gatewayUrl) };
    const judged = await compareOnMonolith({ ...sides, cast, seed, requests });
    const { line, details } = reportOn('the monolith', seed, judged);
    const statuses = Map.groupBy(judged, ({ status }) => status);
    const counts = [...statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, list]) => `${status}×${list.length}`);
    process.stdout.write(`${line}; ${counts.join(' ')}\n`);
    expect(details).toBe('');
    // A suite that only ever met refusals would prove little.
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining([200, 201, 202, 204, 206, 304, 400, 401, 404, 416]),
    );
  }, 600_000);
});
