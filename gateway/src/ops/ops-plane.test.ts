import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type HttpUpstream, httpUpstream } from '../testing/http-upstream.ts';
import { type RunningGateway, startGateway } from '../testing/start-gateway.ts';

let upstream: HttpUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await httpUpstream((_, res) => void res.end('from legacy'));
  gateway = await startGateway(upstream.port, {
    capabilities: { images: { routes: ['GET /api/images/:id'], service: 'http://127.0.0.1:1' } },
  });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe('ops plane', () => {
  it('is alive, and ready while the upstream takes connections', async () => {
    await request(gateway.opsUrl).get('/healthz').expect(200, { status: 'ok' });
    await request(gateway.opsUrl).get('/readyz').expect(200, { status: 'ready' });
    const alone = await startGateway(1);
    await request(alone.opsUrl).get('/readyz').expect(503, { status: 'upstream-unreachable' });
    await request(alone.opsUrl).get('/healthz').expect(200);
    await alone.close();
  });

  it('can’t be reached through the public port', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/api/status']) {
      expect(await (await fetch(`${gateway.url}${path}`)).text()).toBe('from legacy');
    }
  });

  it('counts requests by capability, side and status', async () => {
    const name = 'banyan_requests_total{capability="images",upstream="legacy",status="200"}'.replaceAll(
      /[{}]/g,
      '\\$&',
    );
    const before = (await gateway.metric(name)) || 0;
    for (let i = 0; i < 3; i++) await (await fetch(`${gateway.url}/API/images/${i}/`)).text();
    const duration = 'banyan_request_duration_seconds_count\\{capability="images",upstream="legacy"\\}';
    expect(await gateway.metric(name)).toBe(before + 3);
    expect(await gateway.metric(duration)).toBe(before + 3);
  });

  it('logs one line for each request, with where it went and why', async () => {
    gateway.lines.length = 0;
    await (
      await fetch(`${gateway.url}/api/images/7?secret=1`, { headers: { 'X-Request-Id': 'line-1' } })
    ).text();
    await (await fetch(`${gateway.url}/elsewhere`, { headers: { 'X-Request-Id': 'line-2' } })).text();
    const common = { upstream: 'legacy', status: 200, method: 'GET', durationMs: expect.any(Number) };
    expect(gateway.lines).toMatchObject([
      {
        ...common,
        requestId: 'line-1',
        capability: 'images',
        route: 'GET /api/images/:id',
        stage: 'legacy',
        reason: 'stage',
      },
      { ...common, requestId: 'line-2', reason: 'no-capability' },
    ]);
    expect(JSON.stringify(gateway.lines)).not.toMatch(/secret|127\.0\.0\.1/);
  });
});
