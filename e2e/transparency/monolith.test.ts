import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { type Cast, createCast } from './cast.ts';
import { readTransparencyConfig } from './config.ts';
import { compareOnMonolith } from './monolith-suite.ts';
import { reportOn } from './report.ts';

/** As `fetch` sees an answer: decoded, its headers joined. */
async function fetchAll(url: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(url, { headers, redirect: 'manual' });
  const bytes = Buffer.from(await response.arrayBuffer());
  const notCompared = [
    'date',
    'connection',
    'keep-alive',
    ...('x-request-id' in headers ? [] : ['x-request-id']),
  ];
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers].filter(([name]) => !notCompared.includes(name)),
    body: createHash('sha256').update(bytes).digest('hex'),
  };
}

describe('transparency, in front of the monolith', () => {
  let whole: Whole;
  let cast: Cast;

  beforeAll(async () => {
    whole = await startWhole();
    cast = await createCast(whole.monolithUrl);
  }, 60_000);
  afterAll(() => whole?.stop(), 30_000);

  const { seed, requests, timeoutMs } = readTransparencyConfig(process.env);
  const portOf = (url: string) => Number(new URL(url).port);

  it.each([
    ['the web client', () => cast.webPaths.map((path) => ({ path, headers: {} }))],
    [
      'an account’s own data',
      () =>
        ['/api/auth/me', '/api/waitlists', '/api/notifications', `/api/images/${cast.kept.imageId}/full`].map(
          (path) => ({
            path,
            headers: { authorization: `Bearer ${cast.kept.host.accessToken}`, 'x-request-id': 'fetched' },
          }),
        ),
    ],
  ])('an ordinary client reads %s the same', async (_, requestsOf) => {
    for (const { path, headers } of requestsOf()) {
      const [direct, gateway] = await Promise.all(
        [whole.monolithUrl, whole.gatewayUrl].map((url) => fetchAll(url + path, headers)),
      );
      expect(gateway).toEqual(direct);
    }
  });

  it(
    'a client cannot tell the gateway from the monolith',
    async () => {
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
    },
    timeoutMs,
  );
});
