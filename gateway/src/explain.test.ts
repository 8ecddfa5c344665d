import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { overrideCookieValue, signOverride } from './cutover/override.ts';
import { between, testOverrideSecret } from './testing/between.ts';
import { type HttpUpstream, httpUpstream } from './testing/http-upstream.ts';
import { exchangeRaw } from './testing/raw-client.ts';
import type { RunningGateway } from './testing/start-gateway.ts';
import { until } from './testing/until.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly bodyBytes?: number;
}

const upstream = (): Promise<HttpUpstream> =>
  httpUpstream((req, res) => {
    req.resume();
    req.on('end', () => res.end());
  });

const rollout = { stage: 'rollout', rolloutPercent: 50, allow: ['friend'], deny: ['foe'] } as const;

async function explaining(
  cutover: Parameters<typeof between>[2]['cutover'] = rollout,
): Promise<RunningGateway> {
  return between(await upstream(), await upstream(), {
    cutover,
    capability: { serviceMaxBodyBytes: 10, maxBodyBytes: 100, cohort: ['token', 'cookie:sid', 'address'] },
  });
}

async function explained(gateway: RunningGateway, body: Asked): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${gateway.opsUrl}/api/explain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.token()}` },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}

/** What became of the same request, by its line. */
async function seen(gateway: RunningGateway, asked: Asked): Promise<Readonly<Record<string, unknown>>> {
  const { method, path, user, headers = {}, bodyBytes } = asked;
  const token = `e30.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.c2ln`;
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(user === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(bodyBytes === undefined ? [] : [`Content-Length: ${bodyBytes}`]),
    'Connection: close',
  ];
  const before = gateway.lines.length;
  await exchangeRaw(gateway.port, `${head.join('\r\n')}\r\n\r\n${'x'.repeat(bodyBytes ?? 0)}`);
  await until('the request is recorded', () => gateway.lines.length > before);
  return gateway.lines[before] ?? {};
}

const pin = (side: 'legacy' | 'service') =>
  signOverride({ capability: 'auth', side, expiresAtSeconds: 4_000_000_000 }, testOverrideSecret);

describe('an explanation', () => {
  it('is what the data plane does with the same request', async () => {
    const gateway = await explaining();
    const request = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'DELETE', 'TRACE'),
        path: fc.constantFrom(
          '/api/auth/me',
          '/API/Auth/me/?q=1',
          '/api/authors',
          '/',
          '/api/auth/%2e%2e/x',
          '/api/auth//x',
        ),
        user: fc.oneof(fc.constantFrom('friend', 'foe'), fc.uuid()),
        headers: fc.record(
          {
            'X-Banyan-Override': fc.constantFrom(pin('legacy'), pin('service'), 'nonsense'),
            Cookie: fc.constantFrom(
              'sid=friend',
              'sid=s-1',
              `banyan_override=${overrideCookieValue(pin('service'))}`,
            ),
          },
          { requiredKeys: [] },
        ),
        bodyBytes: fc.constantFrom(0, 10, 11, 101),
      },
      { requiredKeys: ['method', 'path'] },
    );
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const explanation = await explained(gateway, asked);
        const line = await seen(gateway, asked);
        expect({ ...explanation, text: '' }).toMatchObject({
          capability: line.capability ?? null,
          route: line.route ?? null,
          side: line.upstream ?? null,
          reason: line.reason ?? 'refused',
          stage: line.stage ?? null,
          ...(line.cohort === undefined ? {} : { cohort: line.cohort }),
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it.each([
    [{ method: 'GET', path: '/' }, 'GET / → legacy: no capability claims this method and path'],
    [
      { method: 'GET', path: '/api/auth//me' },
      'GET /api/auth//me → legacy: the path can be read in more than one way, so that it belongs to no capability',
    ],
    [
      { method: 'GET', path: '/api/auth/me', user: 'friend' },
      'GET /api/auth/me → service: "friend" (by token) is on the allow list of auth',
    ],
    [
      { method: 'GET', path: '/api/auth/me', headers: { cookie: 'sid=foe' } },
      'GET /api/auth/me → legacy: "foe" (by cookie:sid) is on the deny list of auth',
    ],
    [
      { method: 'GET', path: '/api/auth/me', user: 'user-1' },
      'GET /api/auth/me → service: auth is rolled out to 50 %, and "user-1" (by token) is in cohort 1362, below 5000',
    ],
    [
      { method: 'GET', path: '/api/auth/me', user: 'user-0', address: '192.0.2.1' },
      'GET /api/auth/me → legacy: auth is rolled out to 50 %, and "user-0" (by token) is in cohort 9798, not below 5000',
    ],
    [
      { method: 'POST', path: '/api/auth/me', bodyBytes: 11 },
      'POST /api/auth/me → legacy: the service takes bodies of at most 10 bytes',
    ],
    [
      { method: 'POST', path: '/api/auth/me', bodyBytes: 101 },
      'POST /api/auth/me → refused with 413: The request body is too large.',
    ],
    [
      { method: 'GET', path: '/api/auth/me', headers: { 'x-banyan-override': pin('service') } },
      'GET /api/auth/me → service: an override pins auth to service',
    ],
  ] as const)('of %j says so in one line', async (asked, text) => {
    expect((await explained(await explaining(), asked)).text).toBe(text);
  });

  it('names the stage where that alone decides, and still where the caller would be', async () => {
    const gateway = await explaining({ stage: 'legacy' });
    expect(await explained(gateway, { method: 'GET', path: '/api/auth/me', user: 'user-1' })).toEqual({
      text: 'GET /api/auth/me → legacy: auth is at legacy',
      ...{ capability: 'auth', route: '* /api/auth/*', side: 'legacy', reason: 'stage', stage: 'legacy' },
      ...{ rolloutPercent: 0, key: 'token', cohort: 1362 },
    });
  });
});
