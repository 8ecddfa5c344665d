import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlanInput } from '../plan/plan.ts';
import { httpUpstream } from '../testing/http-upstream.ts';
import { inFrontOf } from '../testing/in-front-of.ts';
import { exchangeRaw, rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import type { RunningGateway } from '../testing/start-gateway.ts';

async function answering(bytes: string): Promise<RunningGateway> {
  return inFrontOf(await rawUpstream((socket) => void socket.write(bytes, 'latin1')));
}

const get = (headers = '', path = '/', method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n${headers}\r\n`;

describe('an answer', () => {
  it('keeps status, reason phrase, header case, order, repeats and Latin-1 bytes', async () => {
    const head = [
      'HTTP/1.1 299 Fine By Me',
      'X-ONE: 1',
      'set-cookie: a=1; Path=/',
      'x-two:  spaced',
      'Set-Cookie: b=2',
      'x-ONE: again',
      'X-Latin: caf\xe9',
      'Date: Thu, 01 Jan 1970 00:00:00 GMT',
      'ETag: W/"x"',
      'Content-Length: 4',
    ];
    const gateway = await answering(`${head.join('\r\n')}\r\n\r\n\x00\xff\xfe\x01`);
    const { received } = await exchangeRaw(gateway.port, get());
    expect(received).toBe(
      `${head.join('\r\n').replace('x-two:  spaced', 'x-two: spaced')}\r\nConnection: close\r\n\r\n\x00\xff\xfe\x01`,
    );
  });

  it('gets no Date that the upstream did not send', async () => {
    const gateway = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect((await exchangeRaw(gateway.port, get())).received).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  it('keeps an empty reason phrase and an unregistered status', async () => {
    const gateway = await answering('HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n');
    expect((await exchangeRaw(gateway.port, get())).received).toMatch(/^HTTP\/1.1 799 \r\n/);
  });

  it.each([
    ['HEAD keeps the length and has no body', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
    [
      '304 keeps its headers and has no body',
      'GET',
      'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n',
    ],
    ['204 has no body', 'GET', 'HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n'],
    [
      '206 keeps its range',
      'GET',
      'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-2/9\r\nContent-Length: 2\r\n\r\nab',
    ],
  ])('%s', async (_, method, bytes) => {
    const gateway = await answering(bytes);
    const { received } = await exchangeRaw(gateway.port, get('', '/', method));
    expect(received.replace('Connection: close\r\n', '')).toBe(bytes);
  });

  it('loses the hop-by-hop headers, those that Connection names, and internal ones', async () => {
    const gateway = await answering(
      'HTTP/1.1 200 OK\r\nX-Kept: 1\r\nConnection: keep-alive, X-Named\r\nX-Named: 1\r\nKeep-Alive: timeout=3\r\n' +
        'Upgrade: h2c\r\nProxy-Authenticate: Basic\r\nX-Banyan-Secret: 1\r\nContent-Length: 0\r\n\r\n',
    );
    expect((await exchangeRaw(gateway.port, get())).received).toBe(
      'HTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  it('that ends with its connection ends chunked for HTTP/1.1 and with the connection for HTTP/1.0', async () => {
    const upstream = await rawUpstream((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nwhole'));
    const gateway = await inFrontOf(upstream);
    expect((await exchangeRaw(gateway.port, get())).received).toMatch(/\r\n\r\n5\r\nwhole\r\n0\r\n\r\n$/);
    const old = await exchangeRaw(gateway.port, 'GET / HTTP/1.0\r\n\r\n');
    expect(old.received).toMatch(/^HTTP\/1.1 200 OK\r\nConnection: close\r\n\r\nwhole$/);
    expect(old.closed).toBe('end');
  });

  it('passes early hints to HTTP/1.1 clients, before the answer', async () => {
    const hint =
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nlink: </b.js>; rel=preload\r\n\r\n';
    for (const request of [
      get(),
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx`,
    ]) {
      const gateway = await answering(`${hint}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
      expect((await exchangeRaw(gateway.port, request)).received).toMatch(
        new RegExp(`^${hint.replaceAll(/[.*/]/g, '\\$&')}HTTP/1.1 200 OK\r\n`),
      );
      const old = await exchangeRaw(gateway.port, 'GET / HTTP/1.0\r\n\r\n');
      expect(old.received).toMatch(/^HTTP\/1.1 200 OK/);
    }
  });

  it('keeps trailers', async () => {
    const gateway = await answering(
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\nHost: evil\r\n\r\n',
    );
    const { received } = await exchangeRaw(gateway.port, get());
    expect(received).toContain('Trailer: X-Sum\r\n');
    expect(received).toMatch(/2\r\nok\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n$/);
  });

  it('that announces trailers where none can follow loses the announcement and nothing else', async () => {
    const gateway = await answering(
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok',
    );
    expect((await exchangeRaw(gateway.port, get())).received).toMatch(
      /^HTTP\/1.1 200 OK\r\nX-A: b\r\n[\s\S]*ok$/,
    );
    const chunked = await answering(
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n',
    );
    expect((await exchangeRaw(chunked.port, 'GET / HTTP/1.0\r\n\r\n')).received).toMatch(/\r\n\r\nok$/);
  });

  it('sends its head before its body comes, and each event as it comes', async () => {
    let response: ServerResponse | undefined;
    const gateway = await inFrontOf(
      await httpUpstream((_, res) => {
        response = res;
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.flushHeaders();
      }),
    );
    const client = await rawClient(gateway.port);
    client.send('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('text/event-stream');
    for (let i = 0; i < 20; i++) {
      response?.write(`data: ${i}\n\n`);
      await client.until(`data: ${i}\n\n`);
    }
    client.socket.destroy();
  });

  it('arrives whole, whatever its bytes and however it is framed and cut', async () => {
    let answer: { body: Buffer; cuts: number[]; sized: boolean } = {
      body: Buffer.alloc(0),
      cuts: [],
      sized: true,
    };
    const gateway = await inFrontOf(
      await httpUpstream((_, res) => {
        const { body, cuts, sized } = answer;
        if (sized) res.setHeader('Content-Length', body.length);
        let from = 0;
        for (const cut of [...cuts, body.length]) {
          res.write(body.subarray(from, cut));
          from = cut;
        }
        res.end();
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200_000, size: 'max' }),
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        async (bytes, sized, cuts) => {
          const body = Buffer.from(bytes);
          answer = {
            body,
            sized,
            cuts: cuts.map((cut) => Math.floor(cut * body.length)).sort((a, b) => a - b),
          };
          const response = await fetch(gateway.url);
          expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });
});

describe('a request', () => {
  async function seenBy(request: string, plan?: Partial<PlanInput>): Promise<string> {
    const upstream = await rawUpstream(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    );
    const gateway = await inFrontOf(upstream, plan);
    await exchangeRaw(gateway.port, request);
    return upstream.received;
  }

  it('keeps its target byte for byte, however odd', async () => {
    for (const target of ['/a//b/../%2e%2F%zz?x=1?y#', '/?', '/a\\b;c=d', '/\'(){}|^`"<>']) {
      const seen = await seenBy(get('', target));
      expect(seen.slice(0, seen.indexOf('\r\n'))).toBe(`GET ${target} HTTP/1.1`);
    }
  });

  it('keeps header case, order and repeats, with or without a body', async () => {
    const headers = 'X-ONE: 1\r\naccept: */*\r\nCookie: a=1\r\nx-one: 2\r\nCOOKIE: b=2\r\nX-L: caf\xe9\r\n';
    for (const request of [get(headers), get(`${headers}Content-Length: 2\r\n`, '/', 'POST').concat('ok')]) {
      expect(await seenBy(request)).toContain(headers);
    }
  });

  it('keeps headers whose names mean something to JavaScript', async () => {
    const headers = 'constructor: 1\r\n__proto__: 2\r\ntoString: 3\r\nhasownproperty: 4\r\n';
    expect(await seenBy(get(headers))).toContain(headers);
  });

  it('loses the hop-by-hop headers, those that Connection names, and internal ones', async () => {
    const seen = await seenBy(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Named, Content-Length, Host\r\nX-Named: 1\r\nKeep-Alive: 5\r\n' +
        'Proxy-Connection: x\r\nProxy-Authorization: x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nTE: gzip, trailers\r\n' +
        'X-Banyan-Override: x\r\nx_banyan_override: x\r\nX-Kept: 1\r\n\r\n',
    );
    expect(seen.toLowerCase()).not.toMatch(/named|keep-alive:|proxy-|upgrade|settings|banyan|gzip/);
    expect(seen).toMatch(/host: a\r\n/i);
    expect(seen).toContain('TE: trailers\r\n');
    expect(seen).toContain('X-Kept: 1\r\n');
  });

  it('carries only our own account of its way, unless a trusted proxy sent it', async () => {
    const claims =
      'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: real\r\nX-Forwarded-Port: 1\r\n' +
      'Forwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nx_forwarded_for: 192.0.2.1\r\n';
    const untrusted = await seenBy(get(claims));
    expect(untrusted).not.toMatch(/192\.0\.2\.1|https|real|Port/);
    expect(untrusted).toContain(
      'X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: example.org\r\n',
    );
    const trusted = await seenBy(get(claims), { trustedProxies: ['127.0.0.0/8'] });
    expect(trusted).toContain(
      'X-Forwarded-For: 192.0.2.1, 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: real\r\n',
    );
    expect(trusted).toContain('Forwarded: for=192.0.2.1\r\n');
    expect(trusted).not.toContain('x_forwarded_for');
  });

  it('keeps a valid request id and trace context, and gets an id where it has none', async () => {
    const trace = 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n';
    const seen = await seenBy(get(`X-Request-Id: abc-1\r\n${trace}`));
    expect(seen).toContain('X-Request-Id: abc-1\r\n');
    expect(seen).toContain(trace);
    for (const bad of ['', 'X-Request-Id: a"b\r\n', `X-Request-Id: ${'a'.repeat(129)}\r\n`]) {
      expect((await seenBy(get(bad))).match(/X-Request-Id: .*/gi)).toEqual([
        expect.stringMatching(/: [0-9a-f-]{36}/),
      ]);
    }
  });

  it('keeps sized bodies sized and chunked bodies chunked, with their trailers', async () => {
    const sized = await seenBy(get('Content-Length: 5\r\n', '/', 'POST').concat('hello'));
    expect(sized).toMatch(/Content-Length: 5\r\n[\s\S]*\r\n\r\nhello$/);
    const chunked = await seenBy(
      get('Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n', '/', 'PUT').concat(
        '5\r\nhello\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n',
      ),
    );
    expect(chunked).toMatch(
      /Trailer: X-Sum\r\n[\s\S]*Transfer-Encoding: chunked\r\n[\s\S]*\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n$/,
    );
  });

  it('waits with its body for the upstream to ask for it, if it expects that', async () => {
    const gateway = await inFrontOf(
      await rawUpstream((socket, head) => {
        if (/expect: 100-continue/i.test(head))
          socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }),
    );
    const client = await rawClient(gateway.port);
    client.send(get('Expect: 100-continue\r\nContent-Length: 5\r\n', '/', 'POST'));
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hello');
    expect(await client.until(/ok$/)).toContain('HTTP/1.1 200 OK');
    client.socket.destroy();
  });

  it('that expects to be asked is told the answer instead, if the upstream refuses', async () => {
    const gateway = await answering('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n');
    const client = await exchangeRaw(
      gateway.port,
      get('Expect: 100-continue\r\nContent-Length: 5\r\n', '/', 'POST'),
    );
    expect(client.received).toMatch(/^HTTP\/1.1 401 No\r\n/);
  });

  it('is answered early where the upstream does, though its body is still on its way', async () => {
    const gateway = await answering('HTTP/1.1 413 No\r\nContent-Length: 4\r\n\r\nlong');
    const client = await rawClient(gateway.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    client.send('x'.repeat(1_000));
    await client.until('\r\n\r\nlong');
    client.send('x'.repeat(999_000));
    client.send(get('', '/next'));
    await client.until(/413[\s\S]*413/);
    client.socket.destroy();
  });

  it('of HTTP/1.0 needs no Host and is kept alive only if it asks', async () => {
    const gateway = await answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect((await exchangeRaw(gateway.port, 'GET / HTTP/1.0\r\n\r\n')).received).toMatch(/ok$/);
    const kept = await rawClient(gateway.port);
    kept.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    await kept.until(/ok$/);
    kept.send('GET / HTTP/1.0\r\n\r\n');
    expect((await kept.untilClosed()).match(/ok/g)).toHaveLength(2);
  });

  it('that offers h2c or an unknown protocol is answered plainly', async () => {
    const gateway = await answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    for (const offer of ['h2c', 'tea/1', 'h2c, websocket']) {
      const client = await rawClient(gateway.port);
      client.send(
        `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${offer}\r\nHTTP2-Settings: x\r\n\r\n`,
      );
      expect(await client.until(/ok$/)).toMatch(/^HTTP\/1.1 200 OK/);
      client.socket.destroy();
    }
  });

  it('with an ambiguous path is refused if the plan says so', async () => {
    const upstream = await rawUpstream(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    );
    const gateway = await inFrontOf(upstream, { pathPolicy: 'refuse' });
    expect((await exchangeRaw(gateway.port, get('', '/a/%2e%2e/b'))).received).toMatch(/^HTTP\/1.1 400 /);
    expect((await exchangeRaw(gateway.port, get('', '/a/b'))).received).toMatch(/^HTTP\/1.1 200 /);
  });
});
