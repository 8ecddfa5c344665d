import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { signOverride } from '../cutover/override.ts';
import { between, testOverrideSecret } from '../testing/between.ts';
import { httpUpstream } from '../testing/http-upstream.ts';
import { exchangeRaw, rawClient } from '../testing/raw-client.ts';
import { type RawUpstream, rawUpstream } from '../testing/raw-upstream.ts';
import type { RunningGateway } from '../testing/start-gateway.ts';
import { until } from '../testing/until.ts';

const live = { stage: 'live', rolloutPercent: 100 } as const;
const okay = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlegacy';

const answering = (bytes: string): Promise<RawUpstream> =>
  rawUpstream((socket) => socket.write(bytes, 'latin1'));
const doing = (what: (socket: Socket) => void): Promise<RawUpstream> => rawUpstream(what);

interface Replayed {
  readonly gateway: RunningGateway;
  readonly legacy: RawUpstream;
  readonly service: RawUpstream;
  /** All that the client got. */
  readonly received: string;
  readonly line: Readonly<Record<string, unknown>> | undefined;
}

const shortTimeouts = { connectMs: 200, firstByteMs: 200, idleMs: 200, clientMs: 5_000, keepAliveMs: 65_000 };

async function ask(
  service: RawUpstream,
  method = 'GET',
  over: Partial<Parameters<typeof between>[2]> & {
    readonly headers?: readonly string[];
    readonly legacy?: RawUpstream;
  } = {},
): Promise<Replayed> {
  const { headers = [], legacy = await answering(okay), ...options } = over;
  const gateway = await between(legacy, service, {
    cutover: live,
    plan: { timeouts: shortTimeouts },
    ...options,
  });
  const head = [
    `${method} /api/auth/me?q=1 HTTP/1.1`,
    'Host: h',
    'TE: trailers',
    'X-Own: 1',
    ...headers,
    'Connection: close',
  ];
  const { received } = await exchangeRaw(gateway.port, `${head.join('\r\n')}\r\n\r\n`);
  await until('the request is recorded', () => gateway.lines.length > 0);
  return { gateway, legacy, service, received, line: gateway.lines[0] };
}

async function refusing(): Promise<RawUpstream> {
  const upstream = await answering('');
  upstream.server.close();
  return { ...upstream, port: upstream.port, close: async () => {} };
}

describe('a safe request whose service fails', () => {
  const failing: readonly (readonly [string, () => Promise<RawUpstream>, cause: string])[] = [
    ['refuses connections', refusing, 'connect-refused'],
    ['resets', () => doing((socket) => socket.resetAndDestroy()), 'response-reset'],
    ['closes without an answer', () => doing((socket) => socket.end()), 'response-reset'],
    [
      'dies within its head',
      () => doing((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')),
      'response-reset',
    ],
    ['hangs', () => doing(() => {}), 'response-timeout'],
    [
      'hangs within its head',
      () => doing((socket) => socket.write('HTTP/1.1 200 OK\r\nX: ')),
      'response-timeout',
    ],
    ['speaks no HTTP', () => answering('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 'response-malformed'],
    [
      'answers in two lengths',
      () => answering('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      'response-malformed',
    ],
    [
      'puts a control character into a header',
      () => answering('HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 1\r\n\r\na'),
      'response-malformed',
    ],
    [
      'puts one into its reason',
      () => answering('HTTP/1.1 200 O\x01K\r\nContent-Length: 1\r\n\r\na'),
      'response-malformed',
    ],
    [
      'names a header wrongly',
      () => answering('HTTP/1.1 200 OK\r\nX Y: a\r\nContent-Length: 1\r\n\r\na'),
      'response-malformed',
    ],
    [
      'switches protocols unasked',
      () => answering('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
      'response-malformed',
    ],
    [
      'answers 500 with a body',
      () => answering('HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nstack'),
      'answered-5xx',
    ],
    [
      'answers 502 in chunks',
      () => answering('HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstack\r\n0\r\n\r\n'),
      'answered-5xx',
    ],
    [
      'answers 503 up to its end',
      () => doing((socket) => socket.end('HTTP/1.1 503 No\r\n\r\nstack')),
      'answered-5xx',
    ],
    [
      'answers 504 and hangs in its body',
      () => answering('HTTP/1.1 504 No\r\nContent-Length: 99\r\n\r\nstack'),
      'answered-5xx',
    ],
    [
      'hints early and answers 500',
      () =>
        answering(
          'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
        ),
      'answered-5xx',
    ],
  ];

  it.each(failing)('is answered by legacy where it %s', async (_, service, cause) => {
    const { received, line, gateway, legacy } = await ask(await service());
    expect(received).toMatch(/^(?:HTTP\/1\.1 103 [\s\S]*\r\n\r\n)?HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/\r\n\r\nlegacy$/);
    expect(received).not.toMatch(/stack/);
    expect(legacy.requests).toBe(1);
    expect(line).toMatchObject({ upstream: 'service', reason: 'stage', replayed: cause, status: 200 });
    expect(line?.failure).toBeUndefined();
    expect(await gateway.metric(`banyan_replays_total{capability="auth",cause="${cause}"}`)).toBe(1);
    expect(await gateway.metric('banyan_requests_unanswered')).toBe(0);
  });

  it('reaches legacy as it would have reached the service, byte for byte', async () => {
    const { legacy, service } = await ask(await doing((socket) => socket.end()));
    const portless = (bytes: string) =>
      bytes.replaceAll(String(service.port), '').replaceAll(String(legacy.port), '');
    expect(portless(legacy.received)).toBe(portless(service.received));
    expect(legacy.received).toMatch(
      /^GET \/api\/auth\/me\?q=1 HTTP\/1\.1\r\nHost: h\r\nTE: trailers\r\nX-Own: 1\r\n/,
    );
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('is answered by legacy if it is a %s', async (method) => {
    const legacy = await answering(method === 'HEAD' ? okay.slice(0, -6) : okay);
    const { received, line } = await ask(
      await answering('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'),
      method,
      { legacy },
    );
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(line).toMatchObject({ replayed: 'answered-5xx', status: 200 });
  });

  it('is told what legacy says, be it an error', async () => {
    const legacy = await answering('HTTP/1.1 500 Mine\r\nContent-Length: 3\r\n\r\nown');
    const { received, line } = await ask(
      await answering('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'),
      'GET',
      { legacy },
    );
    expect(received).toMatch(/^HTTP\/1\.1 500 Mine\r\n[\s\S]*\r\n\r\nown$/);
    expect(line).toMatchObject({ replayed: 'answered-5xx', status: 500 });
    expect(legacy.requests).toBe(1);
  });

  it('is asked of legacy once: where that fails too, the client gets its failure', async () => {
    const legacy = await doing((socket) => socket.resetAndDestroy());
    const { received, line } = await ask(await doing((socket) => socket.end()), 'GET', { legacy });
    expect(received).toMatch(/^HTTP\/1\.1 502 /);
    expect(line).toMatchObject({ replayed: 'response-reset', failure: 'response-reset', status: 502 });
    expect(legacy.requests).toBe(1);
  });

  it('may fail on a kept connection of legacy, and is sent there again', async () => {
    const legacy = await rawUpstream((socket, _, nth) => (nth === 2 ? socket.destroy() : socket.write(okay)));
    const service = await answering('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    const gateway = await between(legacy, service, { cutover: live });
    for (let i = 0; i < 2; i++) expect((await fetch(`${gateway.url}/api/auth/me`)).status).toBe(200);
    expect(legacy.requests).toBe(3);
  });

  it('has all its attempts at legacy, also after it used up those at its service', async () => {
    const waiting: Socket[] = [];
    const service = await rawUpstream((socket, _, nth) => {
      if (nth > 3) socket.destroy();
      else if (waiting.push(socket) === 3) for (const one of waiting) one.write(okay);
    });
    const legacy = await rawUpstream((socket, _, nth) => (nth === 2 ? socket.destroy() : socket.write(okay)));
    const gateway = await between(legacy, service, { cutover: live });
    const moved = () => fetch(`${gateway.url}/api/auth/me`).then((response) => response.text());
    await Promise.all([moved(), moved(), moved(), fetch(gateway.url).then((response) => response.text())]);
    expect(await moved()).toBe('legacy');
    expect([service.requests, legacy.requests]).toEqual([7, 3]);
  });

  it('leaves the connection usable for the next', async () => {
    const service = await answering('HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nstack');
    const gateway = await between(await answering(okay), service, { cutover: live });
    const client = await rawClient(gateway.port);
    for (let i = 1; i <= 3; i++) {
      client.send('GET /api/auth/me HTTP/1.1\r\nHost: h\r\n\r\n');
      await until(`answer ${i} came`, () => client.received.split('legacy').length === i + 1);
    }
    client.socket.destroy();
  });
});

describe('a request is not replayed', () => {
  const failure = 'HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nstack';

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('if it is a %s that the service has had', async (method) => {
    const { received, legacy, line } = await ask(await answering(failure), method);
    expect(received).toMatch(/^HTTP\/1\.1 500 No\r\n[\s\S]*stack$/);
    expect(legacy.requests).toBe(0);
    expect(line?.replayed).toBeUndefined();
    expect((await ask(await doing((socket) => socket.resetAndDestroy()), method)).received).toMatch(
      /^HTTP\/1\.1 502 /,
    );
  });

  it.each(['POST', 'DELETE'])(
    'but for a %s without a body that never reached the service',
    async (method) => {
      const { received, line } = await ask(await refusing(), method);
      expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(line).toMatchObject({ replayed: 'connect-refused', status: 200 });
    },
  );

  it('if it has a body, which is gone', async () => {
    const headers = ['Transfer-Encoding: chunked'];
    const legacy = await answering(okay);
    const service = await answering(failure);
    const gateway = await between(legacy, service, { cutover: live });
    const request = [
      'GET /api/auth/me HTTP/1.1',
      'Host: h',
      'Connection: close',
      ...headers,
      '',
      '1',
      'x',
      '0',
      '',
      '',
    ];
    expect((await exchangeRaw(gateway.port, request.join('\r\n'))).received).toMatch(/^HTTP\/1\.1 500 No/);
    expect(legacy.requests).toBe(0);
  });

  it.each([
    ['of a length', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('once its answer %s has begun: half of it is never made whole', async (_, half) => {
    const service = await doing((socket) =>
      socket.write(half, () => setImmediate(() => socket.resetAndDestroy())),
    );
    const legacy = await answering(okay);
    const gateway = await between(legacy, service, { cutover: live });
    const client = await exchangeRaw(gateway.port, 'GET /api/auth/me HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(client.closed).toBe('reset');
    expect(legacy.requests).toBe(0);
  });

  it.each(['404 Not Found', '429 Too Many', '302 Found', '499 Own'])(
    'at %s, which is an answer',
    async (status) => {
      const { received, legacy } = await ask(
        await answering(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`),
      );
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
      expect(legacy.requests).toBe(0);
    },
  );

  it('if the plan says so', async () => {
    const { received, legacy } = await ask(await answering(failure), 'GET', {
      capability: { replay: { safe: false } },
    });
    expect(received).toMatch(/^HTTP\/1\.1 500 No/);
    expect(legacy.requests).toBe(0);
  });

  it('at retired, where there may be no legacy to ask', async () => {
    const cutover = { stage: 'retired', rolloutPercent: 100 } as const;
    expect((await ask(await answering(failure), 'GET', { cutover })).received).toMatch(/^HTTP\/1\.1 500 No/);
  });

  it('for a tester who asked for the service, and sees how it does', async () => {
    const pinned = { capability: 'auth', side: 'service', expiresAtSeconds: 4_000_000_000 } as const;
    const headers = [`X-Banyan-Override: ${signOverride(pinned, testOverrideSecret)}`];
    expect((await ask(await answering(failure), 'GET', { headers })).received).toMatch(/^HTTP\/1\.1 500 No/);
  });

  it('if legacy was chosen', async () => {
    const legacy = await answering(failure);
    const service = await answering(okay);
    const { received } = await ask(service, 'GET', { legacy, cutover: { stage: 'legacy' } });
    expect(received).toMatch(/^HTTP\/1\.1 500 No/);
    expect([legacy.requests, service.requests]).toEqual([1, 0]);
  });

  it('for a client that has gone', async () => {
    const legacy = await answering(okay);
    const service = await doing(() => {});
    const gateway = await between(legacy, service, { cutover: live });
    const client = await rawClient(gateway.port);
    client.send('GET /api/auth/me HTTP/1.1\r\nHost: h\r\n\r\n');
    await until('the service is asked', () => service.requests === 1);
    client.socket.resetAndDestroy();
    await until('the request is recorded', () => gateway.lines.length > 0);
    await until('the service hears of it', () => service.sockets.size === 0);
    expect(gateway.lines[0]).toMatchObject({ failure: 'client-aborted', status: 499 });
    expect(legacy.requests).toBe(0);
  });
});

describe('a client that goes while legacy is asked', () => {
  it('cancels that too', async () => {
    const legacy = await doing(() => {});
    const service = await doing((socket) => socket.end());
    const gateway = await between(legacy, service, { cutover: live });
    const client = await rawClient(gateway.port);
    client.send('GET /api/auth/me HTTP/1.1\r\nHost: h\r\n\r\n');
    await until('legacy is asked', () => legacy.requests === 1);
    client.socket.resetAndDestroy();
    await until('legacy hears of it', () => legacy.sockets.size === 0);
    expect(gateway.lines).toMatchObject([{ failure: 'client-aborted', replayed: 'response-reset' }]);
  });
});

describe('a request in flight while the gateway drains', () => {
  it('is still replayed, and told that its connection ends', async () => {
    const service = await doing(() => {});
    const gateway = await between(await answering(okay), service, {
      cutover: live,
      config: { drainDeadlineMs: 10_000 },
    });
    const client = await rawClient(gateway.port);
    client.send('GET /api/auth/me HTTP/1.1\r\nHost: h\r\n\r\n');
    await until('the service is asked', () => service.requests === 1);
    const drained = gateway.gateway.drain();
    for (const socket of service.sockets) socket.resetAndDestroy();
    expect(await client.untilClosed()).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*legacy$/,
    );
    await drained;
  });
});

describe('a service that dies at random moments', () => {
  it('costs none of 200 safe requests its answer', async () => {
    const seen = { requests: 0, deaths: 0 };
    const random = seeded(1);
    // A moment is one of: on connecting, on the request, within the head, with a 5xx, when the connection is kept, or never.
    const die = (socket: Socket) => {
      seen.deaths += 1;
      socket.resetAndDestroy();
    };
    const service = await rawUpstream((socket) => {
      seen.requests += 1;
      const moment = random();
      if (moment < 0.2) die(socket);
      else if (moment < 0.3) socket.write('HTTP/1.1 200 OK\r\nConte', () => die(socket));
      else if (moment < 0.4) socket.end('HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nno!');
      else if (moment < 0.5)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nservice', () => setImmediate(die, socket));
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nservice');
    });
    service.server.on('connection', (socket) => {
      if (random() < 0.2) die(socket);
    });
    const legacy = await httpUpstream((_, res) => res.end('legacy'));
    const gateway = await between(legacy, service, { cutover: live });
    const outcomes = new Map<string, number>();
    const client = async () => {
      for (let i = 0; i < 20; i++) {
        const outcome = await fetch(`${gateway.url}/api/auth/me`).then(
          async (response) => `${response.status} ${await response.text()}`,
          (error: unknown) => `failed: ${String(error)}`,
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 10 }, client));
    const counts = [...outcomes].map(([outcome, count]) => `${count} × ${outcome}`).join(', ');
    process.stdout.write(`replay: ${seen.deaths} deaths of the service under 200 safe requests: ${counts}\n`);
    expect([...outcomes.keys()].sort()).toEqual(['200 legacy', '200 service']);
    expect(seen.deaths).toBeGreaterThan(20);
  });
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
