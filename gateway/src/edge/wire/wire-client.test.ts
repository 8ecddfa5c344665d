import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlanInput } from '../../plan/plan.ts';
import { httpUpstream } from '../../testing/http-upstream.ts';
import { closeLater, inFrontOf } from '../../testing/in-front-of.ts';
import { exchangeRaw, type RawClient, rawClient } from '../../testing/raw-client.ts';
import { rawUpstream } from '../../testing/raw-upstream.ts';
import { type RunningGateway, startGateway } from '../../testing/start-gateway.ts';
import { until } from '../../testing/until.ts';
import { unreadBytes } from '../progress-watch.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const kept = 'Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n';
const okKept = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${kept}\r\nok`;
const get = (lines = '', path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: id\r\n${lines}\r\n`;
/** RFC 9112 §2.2 lets a line end stand before a request. Our reader leaves that to Node, so that this goes by it. */
const byNode = (request: string) => `\r\n${request}`;

const okUpstream = () => rawUpstream((socket) => void socket.write(ok));

async function readers(gateway: RunningGateway): Promise<{ wire: number; node: number }> {
  const of = (reader: string) => gateway.metric(`banyan_client_requests_total\\{reader="${reader}"\\}`);
  return { wire: await of('wire'), node: await of('node') };
}

describe('a connection', () => {
  it('that brings plain requests stays with our reader, and says so in a metric', async () => {
    const gateway = await inFrontOf(await okUpstream());
    const client = await rawClient(gateway.port);
    for (let i = 1; i <= 3; i++) {
      client.send(get());
      await client.until(new RegExp(`^(.*ok){${i}}$`, 's'));
    }
    expect(client.received).toBe(okKept.repeat(3));
    expect(await readers(gateway)).toEqual({ wire: 3, node: 0 });
    client.socket.destroy();
  });

  it.each<[string, (client: RawClient) => unknown, number]>([
    ['a body', (it) => it.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi'), 1],
    ['a pair of requests at once', (it) => it.send(get() + get()), 2],
    ['a head in two parts', (it) => inTwoParts(it, get()), 1],
    ['HTTP/1.0', (it) => it.send('GET / HTTP/1.0\r\n\r\n'), 1],
    ['the absolute form', (it) => it.send('GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n'), 1],
    ['an offer to upgrade', (it) => it.send(get('Connection: Upgrade\r\nUpgrade: h2c\r\n')), 1],
    [
      'a chunked body',
      (it) => it.send(get('Transfer-Encoding: chunked\r\n').concat('1\r\na\r\n0\r\n\r\n')),
      1,
    ],
  ])('that goes on with %s goes over to Node, and stays there', async (_, send, more) => {
    const gateway = await inFrontOf(await okUpstream());
    const client = await rawClient(gateway.port);
    client.send(get());
    await client.until(/ok$/);
    await send(client);
    await client.until(new RegExp(`^(.*ok){${1 + more}}$`, 's'));
    expect(await readers(gateway)).toEqual({ wire: 1, node: more });
    if (client.closed === false) {
      client.send(get());
      await client.until(new RegExp(`^(.*ok){${2 + more}}$`, 's'));
      expect(await readers(gateway)).toEqual({ wire: 1, node: more + 1 });
    }
    client.socket.destroy();
  });

  it.each([
    ['a bad head', 'GET / HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['a head that is too large', get(`X-A: ${'a'.repeat(20_000)}\r\n`), 431],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ])('that goes on with %s is refused as one that began with it', async (_, bytes, status) => {
    const upstream = await okUpstream();
    const gateway = await inFrontOf(upstream);
    const first = await exchangeRaw(gateway.port, bytes);
    const client = await rawClient(gateway.port);
    client.send(get());
    await client.until(/ok$/);
    client.send(bytes);
    const received = await client.untilClosed();
    expect(received.slice(okKept.length).replace(/Date.*|[0-9a-f-]{36}/g, '')).toBe(
      first.received.replace(/Date.*|[0-9a-f-]{36}/g, ''),
    );
    expect(first.received).toContain(`HTTP/1.1 ${status} `);
    expect(upstream.requests).toBe(1);
  });

  it('that goes on with a WebSocket handshake gets its tunnel', async () => {
    const upstream = await rawUpstream((socket, head) => {
      const switching =
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
      socket.write(/upgrade/i.test(head) ? `${switching}down` : ok);
    });
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(get());
    await client.until(/ok$/);
    client.send(get('Connection: Upgrade\r\nUpgrade: websocket\r\n').concat('up 1'));
    await client.until(/101 Switching Protocols[\s\S]*down$/);
    client.send(', up 2');
    await until('all of it is upstream', () => upstream.received.endsWith('up 1, up 2'));
    client.socket.destroy();
  });

  it('that sends its next requests before it has its answer gets all answers, in order', async () => {
    const waiting: (() => void)[] = [];
    const upstream = await rawUpstream((socket, head) => {
      const path = head.split(' ')[1] ?? '';
      waiting.push(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`));
    });
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(get('', '/1'));
    await until('the first is upstream', () => waiting.length === 1);
    const sent = Array.from({ length: 300 }, (_, i) => `/${i + 2}`);
    for (const path of sent) client.send(get(`X-A: ${'a'.repeat(200)}\r\n`, path));
    waiting[0]?.();
    for (let i = 1; i < 301; i++) {
      await until(`the request ${i + 1} is upstream`, () => waiting.length > i);
      waiting[i]?.();
    }
    await client.until('/301');
    expect([...client.received.matchAll(/\r\n\r\n(\/\d+)/g)].map(([, path]) => path)).toEqual([
      '/1',
      ...sent,
    ]);
    client.socket.destroy();
  });
});

async function inTwoParts(client: RawClient, request: string): Promise<void> {
  client.socket.setNoDelay(true);
  client.send(request.slice(0, 20));
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  client.send(request.slice(20));
}

describe('what a client sees of our reader and of Node', () => {
  /** The same request on a connection of ours and on one of Node's, and what the gateway made of each. */
  async function bothWays(gateway: RunningGateway, request: string, close: boolean) {
    const seen = [];
    for (const bytes of [request, byNode(request)]) {
      const before = gateway.lines.length;
      const client = await rawClient(gateway.port);
      client.send(bytes);
      await until('it is on record', () => gateway.lines.length > before);
      // What answers this shows that the connection was kept; a head that goes by Node in both cases.
      if (!close && client.closed === false) client.send('GET /last HTTP/1.0\r\nX-Request-Id: id\r\n\r\n');
      await client.untilClosed();
      await until(
        'all is on record',
        () => gateway.lines.length > before + (close ? 0 : 1) || client.closed === 'reset',
      );
      seen.push({
        // How much of an answer arrives before a reset is a matter of luck.
        received: client.closed === 'reset' ? '' : client.received.replace(/Date: .*GMT/g, 'Date: now'),
        closed: client.closed,
        outcomes: gateway.lines.slice(before).map(({ status, failure }) => ({ status, failure })),
      });
    }
    return { ours: seen[0], nodes: seen[1] };
  }

  it('is the same bytes for every answer, and the same end', async () => {
    let answer = { bytes: '', cut: 0, end: false };
    const upstream = await rawUpstream(async (socket, head) => {
      if (head.startsWith('GET /last')) return void socket.write(ok);
      const { bytes, cut, end } = answer;
      socket.write(bytes.slice(0, cut), 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(bytes.slice(cut), 'latin1');
      if (end) socket.end();
    });
    const gateway = await inFrontOf(upstream);
    const kinds = new Map<string, number>();
    let exchanges = 0;
    await fc.assert(
      fc.asyncProperty(answers, fc.constantFrom('GET', 'HEAD'), fc.boolean(), async (it, method, close) => {
        answer = it;
        const request = get(close ? 'Connection: close\r\n' : '').replace('GET', method);
        const { ours, nodes } = await bothWays(gateway, request, close);
        expect(ours).toEqual(nodes);
        exchanges += 1;
        const kind = ours?.received.slice(9, 12) ?? '';
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }),
      { numRuns: 200, seed: 23 },
    );
    expect((await readers(gateway)).wire).toBe(exchanges);
    process.stdout.write(`both readers: 200 generated answers, the same bytes (${[...kinds].join(' ')})\n`);
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['200', '204', '304', '502', '103']));
  }, 120_000);

  it('is a file name in Latin-1, wherever it stands', async () => {
    const name = 'Content-Disposition: attachment; filename="caf\xe9"\r\n';
    for (const lines of [`${name}Content-Length: 2\r\n`, `Content-Length: 2\r\n${name}`]) {
      const upstream = await rawUpstream(
        (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${lines}\r\nok`, 'latin1'),
      );
      const { ours, nodes } = await bothWays(await inFrontOf(upstream), get('Connection: close\r\n'), true);
      expect(ours).toEqual(nodes);
      expect(ours?.received).toBe(`HTTP/1.1 200 OK\r\n${lines}Connection: close\r\n\r\nok`);
    }
  });

  it.each<[string, string, Partial<PlanInput>]>([
    ['an ambiguous path', get('', '/a/%2e%2e/b'), { pathPolicy: 'refuse' }],
    ['a bad Host', get().replace('Host: a', 'Host: a/b'), {}],
    ['a target that is too long', get('', `/${'a'.repeat(200)}`), { limits: { maxUrlBytes: 100 } }],
    ['too many lines', get('A: b\r\n'.repeat(20)), { limits: { maxHeaderLines: 10 } }],
    ['a repeated Authorization', get('Authorization: a\r\nAuthorization: b\r\n'), {}],
    ['an upstream that refuses', get(), { default: 'http://127.0.0.1:1' }],
  ])('is the same refusal of %s', async (_, request, plan) => {
    const gateway = await inFrontOf(await okUpstream(), plan);
    for (const close of [true, false]) {
      const { ours, nodes } = await bothWays(
        gateway,
        close ? request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') : request,
        close || !/path|refuses/.test(_),
      );
      expect(ours).toEqual(nodes);
      expect(ours?.received).toMatch(/^HTTP\/1.1 (400|414|431|502) /);
    }
    expect((await readers(gateway)).wire).toBe(2);
  });

  it('is the same where more follows a request that said that it was the last', async () => {
    const seen = [];
    for (const begun of [false, true]) {
      const upstream = await rawUpstream((socket) => {
        if (begun) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok');
      });
      const gateway = await inFrontOf(upstream);
      for (const asSent of [(it: string) => it, byNode]) {
        const client = await rawClient(gateway.port);
        const before = upstream.requests;
        client.send(asSent(get('Connection: close\r\n')));
        await until('it is upstream', () => upstream.requests > before);
        if (begun) await client.until(/ok$/);
        // Line ends are nothing.
        client.send('\r\n\r\n');
        client.send('more');
        await client.untilClosed();
        await until('it is on record', () => gateway.lines.length > (asSent === byNode ? 1 : 0));
        seen.push({
          received: client.received.replace(/Date: .*|[0-9a-f-]{36}/g, ''),
          closed: client.closed,
          failure: gateway.failures.at(-1),
        });
        await until('the upstream has none left', () => upstream.sockets.size === 0);
      }
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[2]).toEqual(seen[3]);
    expect(seen.map((it) => it.failure)).toEqual(Array(4).fill('client-malformed'));
  });
});

describe('a client of our reader', () => {
  it.each([
    ['awaits its answer', ''],
    ['reads its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
  ])('that ends its side while it %s gets no more, and its exchange ends', async (_, begin) => {
    const upstream = await rawUpstream((socket) => void socket.write(begin));
    const gateway = await inFrontOf(upstream);
    for (const asSent of [(it: string) => it, byNode]) {
      const client = await rawClient(gateway.port);
      const before = upstream.requests;
      client.send(asSent(get()));
      await until('it is upstream', () => upstream.requests > before);
      if (begin !== '') await client.until('half');
      client.socket.end();
      await client.untilClosed();
      expect(client.closed).toBe('end');
      expect(client.received.endsWith(begin === '' ? '' : 'half')).toBe(true);
      await until('the upstream has none left', () => upstream.sockets.size === 0);
    }
    expect(gateway.failures).toEqual(['client-aborted', 'client-aborted']);
    expect(await gateway.metric('banyan_client_connections')).toBe(0);
    expect(await gateway.metric('banyan_requests_unanswered')).toBe(0);
  });

  it('that ends an idle connection is let go', async () => {
    const gateway = await inFrontOf(await okUpstream());
    const client = await rawClient(gateway.port);
    client.send(get());
    await client.until(/ok$/);
    client.socket.end();
    await client.untilClosed();
    expect(client).toMatchObject({ closed: 'end', received: okKept });
    expect(gateway.failures).toEqual([]);
  });

  it('that reads slowly stops the upstream meanwhile, and gets it all', async () => {
    const total = 60_000_000;
    let sent = 0;
    const upstream = await httpUpstream((_, res) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (sent < total) {
          sent += chunk.length;
          if (!res.write(chunk)) return void res.once('drain', more);
        }
        res.end();
      };
      more();
    });
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.socket.removeAllListeners('data');
    client.socket.pause();
    client.send(get('Connection: close\r\n'));
    let before = -1;
    await until('the upstream stands still', async () => {
      const stands = sent > 0 && sent === before;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stands;
    });
    expect(sent).toBeLessThan(30_000_000);
    let bytes = 0;
    client.socket.on('data', (chunk: string) => {
      bytes += chunk.length;
    });
    client.socket.resume();
    await client.untilClosed();
    expect(bytes).toBeGreaterThan(total);
    expect(gateway.failures).toEqual([]);
    expect(await readers(gateway)).toEqual({ wire: 1, node: 0 });
  });

  it('that sends more and more before it has its answer is not read on', async () => {
    const upstream = await rawUpstream(() => {});
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(get());
    await until('the first is upstream', () => upstream.requests === 1);
    const total = 60_000_000;
    client.socket.write(Buffer.alloc(total, get()));
    let before = -1;
    await until('the client stands still', async () => {
      const unread = unreadBytes(client.socket);
      const stands = unread === before;
      before = unread;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stands;
    });
    // Node counts it as a whole until all of it has left; the system's queue shrinks.
    expect(before - total).toBeGreaterThan(30_000_000);
    expect(upstream.requests).toBe(1);
    client.socket.destroy();
  });

  it('that stays idle for longer than it was told, or never says a word, is closed', async () => {
    const gateway = await inFrontOf(await okUpstream(), { timeouts: { keepAliveMs: 100, clientMs: 400 } });
    const client = await rawClient(gateway.port);
    client.send(get());
    await client.until(/ok$/);
    const silent = await rawClient(gateway.port);
    await client.untilClosed();
    await silent.untilClosed();
    expect([client.closed, silent.closed]).toEqual(['end', 'end']);
    expect(gateway.failures).toEqual([]);
  });
});

describe('drain', () => {
  it('closes idle connections at once, and those of running answers behind them, whoever reads them', async () => {
    const waiting: ServerResponse[] = [];
    const upstream = await httpUpstream((req, res) => {
      if (req.url === '/now') res.end('ok');
      else waiting.push(res);
    });
    const gateway = await startGateway(upstream.port, {}, { drainDeadlineMs: 30_000 });
    closeLater(upstream);
    const clients = await Promise.all(Array.from({ length: 5 }, () => rawClient(gateway.port)));
    const [idle, idleAtNode, busy, busyAtNode, fresh] = clients;
    idle?.send(get('', '/now'));
    idleAtNode?.send(byNode(get('', '/now')));
    busy?.send(get('', '/wait'));
    busyAtNode?.send(byNode(get('', '/wait')));
    await Promise.all([idle?.until(/ok$/), idleAtNode?.until(/ok$/)]);
    await until('two are upstream', () => waiting.length === 2);
    const drained = gateway.close();
    await Promise.all([idle, idleAtNode, fresh].map((client) => client?.untilClosed()));
    expect([busy?.closed, busyAtNode?.closed]).toEqual([false, false]);
    for (const res of waiting) res.end('late');
    await drained;
    await Promise.all(clients.map((client) => client.untilClosed()));
    expect(busy?.received).toBe(busyAtNode?.received);
    expect(busy?.received).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*late/);
    expect(clients.map((client) => client.closed)).toEqual(Array(5).fill('end'));
    expect(gateway.failures).toEqual([]);
  });
});

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', ' ', ',', '\t', '\xe9'),
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join('').replaceAll(/[\r\n]/g, ''));
const plainText = fc.constantFrom('', 'a', 'caf\xe9', 'a, b', '\t');
// Not `Expect`: Node's server, told to send that, sends a head's Latin-1 bytes as UTF-8.
const field = fc
  .tuple(
    fc.constantFrom(
      'X-A',
      'x-a',
      'Set-Cookie',
      'Date',
      'ETag',
      'Connection',
      'Keep-Alive',
      'Vary',
      'Content-Disposition',
      'Trailer',
      'X A',
      '',
    ),
    fc.oneof({ weight: 9, arbitrary: plainText }, { weight: 1, arbitrary: text }),
  )
  .map(([name, value]) => `${name}: ${value}\r\n`);
const fields = fc.array(field, { maxLength: 5 }).map((lines) => lines.join(''));
const body = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const chunks = (bytes: string, trailers: string) =>
  `${bytes === '' ? '' : `${bytes.length.toString(16)}\r\n${bytes}\r\n`}0\r\n${trailers}\r\n`;
const framed = fc.oneof(
  fc.tuple(fields, body).map(([lines, bytes]) => `Content-Length: ${bytes.length}\r\n${lines}\r\n${bytes}`),
  fc.tuple(fields, body).map(([lines, bytes]) => `${lines}Content-Length: ${bytes.length}\r\n\r\n${bytes}`),
  fc
    .tuple(fields, body, fc.constantFrom('', 'X-Sum: 1\r\nx-sum: 2\r\n', 'Host: a\r\n', 'X-\x01: b\r\n'))
    .map(
      ([lines, bytes, trailers]) => `${lines}Transfer-Encoding: chunked\r\n\r\n${chunks(bytes, trailers)}`,
    ),
  fc.tuple(fields, body).map(([lines, bytes]) => `${lines}\r\n${bytes}`),
);
const answers = fc
  .tuple(
    fc.constantFrom('', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
    fc.constantFrom('200 OK', '200 ', '204 No Content', '304 Not Modified', '404 caf\xe9', '999 \x01', '201'),
    framed,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.boolean(),
  )
  .map(([hint, status, rest, cut, end]) => {
    const bytes = `${hint}HTTP/1.1 ${status}\r\n${rest}`;
    return { bytes, cut: Math.floor(cut * bytes.length), end: end || !/Length|chunked/.test(rest) };
  });
