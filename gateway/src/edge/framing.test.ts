import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exchangeRaw, rawClient } from '../testing/raw-client.ts';
import { type RawUpstream, rawUpstream } from '../testing/raw-upstream.ts';
import { type RunningGateway, startGateway } from '../testing/start-gateway.ts';
import { until } from '../testing/until.ts';

let upstream: RawUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await rawUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  gateway = await startGateway(upstream.port);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function refused(request: string, status: number): Promise<void> {
  const before = upstream.requests;
  const client = await exchangeRaw(gateway.port, request);
  expect(client.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const body = JSON.parse(client.received.slice(client.received.indexOf('\r\n\r\n') + 4));
  expect(Object.keys(body.error).sort()).toEqual(['code', 'message', 'requestId']);
  expect(upstream.requests).toBe(before);
}

const host = 'Host: a\r\n';
const post = (headers: string, body = '') => `POST / HTTP/1.1\r\n${host}${headers}\r\n${body}`;

describe('framing', () => {
  it.each([
    ['conflicting lengths', post('Content-Length: 1\r\nContent-Length: 2\r\n', 'ab')],
    ['a repeated length', post('Content-Length: 2\r\nContent-Length: 2\r\n', 'ab')],
    ['a list of lengths', post('Content-Length: 2, 2\r\n', 'ab')],
    ['a signed length', post('Content-Length: +2\r\n', 'ab')],
    ['a negative length', post('Content-Length: -2\r\n', 'ab')],
    ['a hexadecimal length', post('Content-Length: 0x2\r\n', 'ab')],
    ['a length with a space inside', post('Content-Length: 1 2\r\n', 'ab')],
    ['a length beside chunked', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['chunked beside a length', post('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n', '0\r\n\r\n')],
    ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['chunked twice in one line', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')],
    ['a coding before chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
    ['a coding after chunked', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n')],
    ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
    ['identity', post('Transfer-Encoding: identity\r\n', '0\r\n\r\n')],
    ['a vertical tab before chunked', post('Transfer-Encoding:\x0bchunked\r\n', '0\r\n\r\n')],
    ['a space before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
    ['a folded header', post('X-A: b\r\n c\r\nContent-Length: 0\r\n')],
    ['a NUL in a value', post('X-A: b\0c\r\nContent-Length: 0\r\n')],
    ['a bare CR in a value', post('X-A: b\rc\r\nContent-Length: 0\r\n')],
    ['a bare LF between headers', post('X-A: b\nX-C: d\r\nContent-Length: 0\r\n')],
    ['a header without a name', post(': b\r\nContent-Length: 0\r\n')],
    ['a header without a colon', post('nonsense\r\nContent-Length: 0\r\n')],
    ['chunked from HTTP/1.0', `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
    ['a Host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a Host with a bad port', 'GET / HTTP/1.1\r\nHost: a:b\r\n\r\n'],
    ['a foreign absolute form', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['the asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target without a slash', 'GET index.html HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['repeated Authorization', `GET / HTTP/1.1\r\n${host}Authorization: a\r\nauthorization: b\r\n\r\n`],
    ['repeated Content-Type', post('Content-Type: a/b\r\nContent-Type: a/c\r\nContent-Length: 0\r\n')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/3.7\r\nHost: a\r\n\r\n'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('refuses %s with 400, closes, and sends nothing upstream', async (_, request) => {
    await refused(request, 400);
  });

  it.each([
    ['a bad chunk size', 'zz\r\nab\r\n0\r\n\r\n'],
    ['a signed chunk size', '+2\r\nab\r\n0\r\n\r\n'],
    ['a chunk size that overflows', 'ffffffffffffffffff\r\nab\r\n0\r\n\r\n'],
    ['a chunk that is longer than it says', '1\r\nab\r\n0\r\n\r\n'],
    ['a bare LF after a chunk size', '2\nab\r\n0\r\n\r\n'],
    ['a bare CR in a chunk extension', '2;a\rb\r\nab\r\n0\r\n\r\n'],
  ])('refuses %s with 400 and never shows the upstream a whole request', async (_, body) => {
    const before = upstream.received.length;
    const client = await exchangeRaw(gateway.port, post('Transfer-Encoding: chunked\r\n', body));
    expect(client.received).toMatch(/^HTTP\/1.1 (400|200) /);
    await until('the upstream lost its half', () => gateway.lines.length > 0);
    expect(upstream.received.slice(before)).not.toContain('0\r\n\r\n');
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH', 'MKCOL'])(
    'frames a chunked body of %s as one request',
    async (method) => {
      // A body that is a request itself, had its framing been lost.
      const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
      const size = smuggled.length.toString(16);
      const seen = await echoingUpstream();
      const own = await startGateway(seen.port);
      const request = `${method} /one HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
      await exchangeRaw(own.port, `${request}${size}\r\n${smuggled}\r\n0\r\n\r\n`);
      expect(seen.requests).toEqual([`${method} /one ${smuggled.length}`]);
      await own.close();
      await seen.close();
    },
  );

  it('reads every split of a request the same', async () => {
    const request = post('Content-Length: 5\r\nConnection: close\r\n', 'hello');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: request.length - 1 }), { maxLength: 4 }),
        async (cuts) => {
          const client = await rawClient(gateway.port);
          client.socket.setNoDelay(true);
          let from = 0;
          for (const cut of [...cuts.sort((a, b) => a - b), request.length]) {
            client.send(request.slice(from, cut));
            from = cut;
            await new Promise((resolve) => setImmediate(resolve));
          }
          expect(await client.untilClosed()).toMatch(/^HTTP\/1.1 200 OK/);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });
});

describe('limits', () => {
  it('answers 431 to more header lines than allowed, and never drops some', async () => {
    await refused(`GET / HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(1_000)}Connection: close\r\n\r\n`, 431);
  });

  it('passes as many header lines as are allowed', async () => {
    const before = upstream.received.length;
    const lines = Array.from({ length: 900 }, (_, i) => `a${i}: b\r\n`).join('');
    await exchangeRaw(gateway.port, `GET / HTTP/1.1\r\n${host}${lines}Connection: close\r\n\r\n`);
    expect(upstream.received.slice(before).match(/^a\d+: b\r$/gm)).toHaveLength(900);
  });

  it('answers 431 to headers that are too large', async () => {
    await refused(`GET / HTTP/1.1\r\n${host}a: ${'b'.repeat(20_000)}\r\n\r\n`, 431);
  });

  it('answers 414 to a target that is too long', async () => {
    const small = await startGateway(upstream.port, { limits: { maxUrlBytes: 100 } });
    const client = await exchangeRaw(small.port, `GET /${'a'.repeat(100)} HTTP/1.1\r\n${host}\r\n`);
    expect(client.received).toMatch(/^HTTP\/1.1 414 /);
    await small.close();
  });

  it('answers 413 to a body that is too large, sized or chunked', async () => {
    const small = await startGateway(upstream.port, {
      capabilities: { images: { routes: ['POST /images'], maxBodyBytes: 4 } },
    });
    const sized = await rawClient(small.port);
    sized.send(`POST /images HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello`);
    expect(await sized.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /);
    const chunked = await rawClient(small.port);
    chunked.send(`POST /images HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    chunked.send('2\r\nde\r\n');
    expect(await chunked.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /);
    const elsewhere = await rawClient(small.port);
    elsewhere.send(`POST /others HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello`);
    expect(await elsewhere.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    for (const client of [sized, chunked, elsewhere]) client.socket.destroy();
    await small.close();
  });
});

describe('requests about the way itself', () => {
  it.each(['TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 'CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n'])(
    'refuses %j with 501',
    async (request) => {
      await refused(request, 501);
    },
  );

  it('refuses an expectation that it does not know with 417', async () => {
    await refused(post('Expect: tea\r\nContent-Length: 1\r\n', 'a'), 417);
  });

  it('takes an absolute form that names the same host', async () => {
    const before = upstream.received.length;
    await exchangeRaw(gateway.port, 'GET http://A/x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(upstream.received.slice(before)).toMatch(/^GET \/x\?y HTTP\/1.1\r\n/);
  });

  it('answers requests in the order in which they were pipelined', async () => {
    const client = await rawClient(gateway.port);
    client.send(`GET /1 HTTP/1.1\r\n${host}\r\nGET /2 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect((await client.untilClosed()).match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
  });
});

/** Node's own parser says how many requests a connection held. */
async function echoingUpstream() {
  const { httpUpstream } = await import('../testing/http-upstream.ts');
  const requests: string[] = [];
  const server = await httpUpstream((req, res) => {
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    req.on('end', () => {
      requests.push(`${req.method} ${req.url} ${bytes}`);
      res.end();
    });
  });
  return { port: server.port, requests, close: server.close };
}
