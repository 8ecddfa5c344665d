import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { between, testOverrideSecret } from '../testing/between.ts';
import { type HttpUpstream, httpUpstream } from '../testing/http-upstream.ts';
import { exchangeRaw } from '../testing/raw-client.ts';
import { type RawUpstream, rawUpstream } from '../testing/raw-upstream.ts';
import { until } from '../testing/until.ts';
import { cohortOf } from './cohort.ts';
import { overrideCookieValue, signOverride } from './override.ts';

const named = (name: string): Promise<HttpUpstream> =>
  httpUpstream((req, res) => {
    req.resume();
    req.on('end', () => res.end(name));
  });

const token = (subject: string) =>
  `Bearer e30.${Buffer.from(JSON.stringify({ sub: subject })).toString('base64url')}.c2ln`;

/** The first user on either side of the middle. */
const users = Array.from({ length: 100 }, (_, i) => `user-${i}`);
const early = users.find((user) => cohortOf('auth', user) < 5_000) ?? '';
const late = users.find((user) => cohortOf('auth', user) >= 5_000) ?? '';

const pin = (side: 'legacy' | 'service', forSeconds = 60, capability = 'auth') =>
  signOverride(
    { capability, side, expiresAtSeconds: Math.floor(Date.now() / 1_000) + forSeconds },
    testOverrideSecret,
  );

async function routed(
  options: Parameters<typeof between>[2],
  path: string,
  request: RequestInit = {},
): Promise<{ readonly body: string; readonly line: Readonly<Record<string, unknown>> | undefined }> {
  const gateway = await between(await named('legacy'), await named('service'), options);
  const body = await (await fetch(`${gateway.url}${path}`, request)).text();
  await until('the request is recorded', () => gateway.lines.length > 0);
  return { body, line: gateway.lines[0] };
}

describe('a request goes where the cutover says, and its line says why', () => {
  const rollout = { stage: 'rollout', rolloutPercent: 50, allow: ['friend'], deny: ['foe'] } as const;
  const as = (user: string): RequestInit => ({ headers: { authorization: token(user) } });

  it.each([
    ['no-capability', rollout, '/elsewhere', {}, 'legacy'],
    ['no-capability', rollout, '/api/auth/%2e%2e/x', as('friend'), 'legacy'],
    ['stage', { stage: 'legacy' }, '/api/auth/me', as('friend'), 'legacy'],
    ['stage', { stage: 'shadow' }, '/api/auth/me', as('friend'), 'legacy'],
    ['stage', { stage: 'live', rolloutPercent: 100 }, '/api/auth/me', {}, 'service'],
    ['stage', { stage: 'retired', rolloutPercent: 100 }, '/api/auth/me', {}, 'service'],
    ['allowed', rollout, '/api/auth/me', as('friend'), 'service'],
    ['denied', rollout, '/api/auth/me', as('foe'), 'legacy'],
    ['cohort', rollout, '/api/auth/me', as(early), 'service'],
    ['cohort', rollout, '/api/auth/me', as(late), 'legacy'],
    ['override', rollout, '/api/auth/me', { headers: { 'x-banyan-override': pin('service') } }, 'service'],
    ['override', rollout, '/api/auth/me', { headers: { 'x-banyan-override': pin('legacy') } }, 'legacy'],
  ] as const)('%s at %j for %s', async (reason, cutover, path, request, side) => {
    const { body, line } = await routed({ cutover }, path, request);
    expect(body).toBe(side);
    expect(line).toMatchObject({ upstream: side, reason });
    expect(line?.stage).toBe(reason === 'no-capability' ? undefined : cutover.stage);
    const user = request === undefined || !('headers' in request) || !('authorization' in request.headers);
    if (reason === 'cohort' && !user) {
      expect(line?.cohort).toBe(cohortOf('auth', side === 'service' ? early : late));
    } else {
      expect(line?.cohort).toBeUndefined();
    }
  });

  it.each([
    ['exactly as large as the service takes', 'x'.repeat(100), 'service', 'stage'],
    ['larger than the service takes', 'x'.repeat(101), 'legacy', 'too-large'],
    ['of unknown length', new Blob(['x']).stream(), 'legacy', 'too-large'],
    ['that is empty', '', 'service', 'stage'],
  ] as const)('for a body %s', async (_, body, side, reason) => {
    const options = {
      cutover: { stage: 'live', rolloutPercent: 100 },
      capability: { serviceMaxBodyBytes: 100 },
    } as const;
    const request = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const { body: answer, line } = await routed(options, '/api/auth/login', request);
    expect(answer).toBe(side);
    expect(line).toMatchObject({ upstream: side, reason });
  });

  it('by the keys that the plan names', async () => {
    const options = { cutover: rollout, capability: { cohort: ['header:X-Tenant'] } };
    expect((await routed(options, '/api/auth/me', { headers: { 'x-tenant': 'friend' } })).body).toBe(
      'service',
    );
    expect((await routed(options, '/api/auth/me', as('friend'))).body).toBe('legacy');
  });

  it('to legacy where the plan names no service, whatever the cutover says', async () => {
    const options = {
      cutover: { stage: 'live', rolloutPercent: 100 },
      capability: { service: undefined },
    } as unknown as Parameters<typeof between>[2];
    const { body, line } = await routed(options, '/api/auth/me');
    expect(body).toBe('legacy');
    expect(line).toMatchObject({ upstream: 'legacy', reason: 'stage', stage: 'live' });
  });
});

describe('an override on the wire', () => {
  const recording = (): Promise<RawUpstream> =>
    rawUpstream((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));

  /** What the side that was chosen received of the headers sent. */
  async function received(
    headers: readonly string[],
  ): Promise<{ readonly side: string; readonly lines: string[] }> {
    const [legacy, service] = [await recording(), await recording()];
    const gateway = await between(legacy, service, { cutover: { stage: 'rollout', rolloutPercent: 0 } });
    const head = ['GET /api/auth/me HTTP/1.1', 'Host: h', ...headers, 'Connection: close'];
    await exchangeRaw(gateway.port, `${head.join('\r\n')}\r\n\r\n`);
    const bytes = legacy.received + service.received;
    const own = /^(?:GET|host|x-request-id|x-forwarded-)/i;
    return {
      side: service.requests === 1 ? 'service' : 'legacy',
      lines: bytes.split('\r\n').filter((line) => line !== '' && !own.test(line)),
    };
  }

  const forged = signOverride(
    { capability: 'auth', side: 'service', expiresAtSeconds: 4_000_000_000 },
    'the secret of somebody else, as long',
  );
  const cookie = (value: string) => `banyan_override=${overrideCookieValue(value)}`;

  it.each([
    ['in a header', [`X-Banyan-Override: ${pin('service')}`], 'service', []],
    ['in a header of another case', [`x-BANYAN-override: ${pin('service')}`], 'service', []],
    [
      'in several headers',
      [`X-Banyan-Override: ${pin('legacy', 60, 'images')}`, `X-Banyan-Override: ${pin('service')}`],
      'service',
      [],
    ],
    ['in a cookie', [`Cookie: ${cookie(pin('service'))}`], 'service', []],
    [
      'among cookies',
      [`Cookie: a=1;  b="é"; ${cookie(pin('service'))}; c=;d`],
      'service',
      ['Cookie: a=1;  b="é"; c=;d'],
    ],
    ['before a cookie', [`cookie: ${cookie(pin('service'))}; a=1`], 'service', ['cookie: a=1']],
    [
      'in the second of two lines',
      ['Cookie: a=1', `Cookie: ${cookie(pin('service'))}`],
      'service',
      ['Cookie: a=1'],
    ],
    ['forged, in a header', [`X-Banyan-Override: ${forged}`], 'legacy', []],
    ['forged, in a cookie', [`Cookie: a=1; ${cookie(forged)}`], 'legacy', ['Cookie: a=1']],
    [
      'expired',
      [`X-Banyan-Override: ${pin('service', -1)}`, `Cookie: ${cookie(pin('service', -1))}`],
      'legacy',
      [],
    ],
    ['of another capability', [`X-Banyan-Override: ${pin('service', 60, 'images')}`], 'legacy', []],
    ['that is nonsense', ['X-Banyan-Override: ;;;=,,', 'Cookie: banyan_override=%'], 'legacy', []],
    ['with an underscore, as CGI servers read it', [`X_Banyan_Override: ${pin('service')}`], 'legacy', []],
    ['nowhere', ['Cookie: a=1; b=banyan', 'X-Banyan: 1'], 'legacy', ['Cookie: a=1; b=banyan', 'X-Banyan: 1']],
  ] as const)('%s is heeded if right, and taken out', async (_, headers, side, lines) => {
    expect(await received(headers)).toEqual({ side, lines });
  });

  it('lets a connection still name the cookie as its own', async () => {
    const [legacy, service] = [await recording(), await recording()];
    const gateway = await between(legacy, service, { cutover: { stage: 'legacy' } });
    await exchangeRaw(
      gateway.port,
      'GET / HTTP/1.1\r\nHost: h\r\nCookie: a=1\r\nConnection: close, cookie\r\n\r\n',
    );
    expect(legacy.received).not.toMatch(/cookie/i);
  });
});

describe('a WebSocket', () => {
  async function greeting(name: string): Promise<HttpUpstream> {
    const upstream = await httpUpstream((_, res) => res.end(name));
    const sockets = new WebSocketServer({ server: upstream.server });
    sockets.on('connection', (socket, req) => socket.send(`${name} ${req.headers.cookie ?? ''}`));
    return upstream;
  }

  async function greetedBy(headers: Readonly<Record<string, string>>): Promise<string> {
    const gateway = await between(await greeting('legacy'), await greeting('service'), {
      cutover: { stage: 'rollout', rolloutPercent: 50, allow: ['friend'], deny: ['foe'] },
    });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/api/auth/live`, { headers });
    const message = await new Promise<string>((resolve, reject) => {
      socket.once('message', (data) => resolve(String(data)));
      socket.once('error', reject);
    });
    socket.terminate();
    return message;
  }

  it.each([
    [{ authorization: token('friend') }, 'service '],
    [{ authorization: token('foe') }, 'legacy '],
    [{ authorization: token(early) }, 'service '],
    [{ authorization: token(late) }, 'legacy '],
    [
      { authorization: token('foe'), cookie: `a=1; banyan_override=${overrideCookieValue(pin('service'))}` },
      'service a=1',
    ],
  ])('goes where a request with %j would', async (headers, greeted) => {
    expect(await greetedBy(headers)).toBe(greeted);
  });
});
