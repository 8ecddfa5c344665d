import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { PlanInput } from '../plan/plan.ts';
import { closeLater, closeNow, inFrontOf } from '../testing/in-front-of.ts';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import type { RunningGateway } from '../testing/start-gateway.ts';
import { until } from '../testing/until.ts';

async function upstreamThat(
  onHead: (socket: Socket, head: string, nth: number) => void,
  plan?: Partial<PlanInput>,
) {
  const upstream = await rawUpstream(onHead);
  return { upstream, gateway: await inFrontOf(upstream, plan) };
}

const requests = {
  'without a body': 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'with a body': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok',
};

async function answerTo(gateway: RunningGateway, request: string): Promise<string> {
  const client = await rawClient(gateway.port);
  client.send(request);
  const received = await client.until(/\r\n\r\n\{.*\}$/);
  client.socket.destroy();
  return received;
}

/** Nothing of the inside: no address, no port, no name of an error. */
function saysNothing(received: string, upstreamPort: number): void {
  expect(received).not.toMatch(
    new RegExp(`127\\.0\\.0\\.1|${upstreamPort}|ECONN|UND_|HPE|undici|socket`, 'i'),
  );
}

describe.each(Object.entries(requests))('an upstream fault on a request %s', (_, request) => {
  it.each<[string, number, string, (socket: Socket) => void]>([
    ['closes before the head', 502, 'response-reset', (socket) => socket.end()],
    ['resets before the head', 502, 'response-reset', (socket) => socket.resetAndDestroy()],
    ['closes within the head', 502, 'response-reset', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['sends no HTTP', 502, 'response-malformed', (socket) => socket.write('SSH-2.0-OpenSSH\r\n\r\n')],
    [
      'sends an invalid status',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 2x0 OK\r\n\r\n'),
    ],
    [
      'sends a status below 100',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n'),
    ],
    [
      'sends two lengths',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    ],
    [
      'switches protocols unasked',
      502,
      'response-malformed',
      (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n'),
    ],
    [
      'sends too large a head',
      502,
      'response-malformed',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`),
    ],
    [
      'sends control characters in a value',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n'),
    ],
    [
      'sends a folded header',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'),
    ],
    [
      'sends a NUL in an early hint',
      502,
      'response-malformed',
      (socket) => socket.write('HTTP/1.1 103 Early Hints\r\nLink: a\0b\r\n\r\n'),
    ],
    ['hangs before the head', 504, 'response-timeout', () => {}],
    [
      'sends interim answers for ever',
      504,
      'response-timeout',
      (socket) => {
        const timer = setInterval(
          () => socket.destroyed || socket.write('HTTP/1.1 102 Processing\r\n\r\n'),
          100,
        );
        socket.once('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is answered with %i as %s', async (_name, status, failure, onHead) => {
    const { upstream, gateway } = await upstreamThat(onHead, { timeouts: { firstByteMs: 400 } });
    const received = await answerTo(gateway, request);
    expect(received).toMatch(new RegExp(`(^|\r\n\r\n)HTTP/1.1 ${status} `));
    saysNothing(received, upstream.port);
    await until('the failure is on record', () => gateway.failures.length > 0);
    expect(gateway.failures).toEqual([failure]);
    await until('no upstream connection is left', () => upstream.sockets.size === 0);
  });

  it('that refuses connections is answered with 502 as connect-refused', async () => {
    const { upstream, gateway } = await upstreamThat(() => {});
    await closeNow(upstream);
    expect(await answerTo(gateway, request)).toMatch(/^HTTP\/1.1 502 /);
    await until('the failure is on record', () => gateway.failures.length > 0);
    expect(gateway.failures).toEqual(['connect-refused']);
  });

  it('that has no address is answered with 502 as dns-failure', async () => {
    const { gateway } = await upstreamThat(() => {}, { default: 'http://nowhere.invalid' });
    const received = await answerTo(gateway, request);
    expect(received).toMatch(/^HTTP\/1.1 502 /);
    expect(received).not.toContain('nowhere');
    await until('the failure is on record', () => gateway.failures.length > 0);
    expect(gateway.failures).toEqual(['dns-failure']);
  });

  it('that speaks no TLS where it should is answered with 502 as tls-failure', async () => {
    const plain = await rawUpstream(() => {});
    plain.server.on('connection', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    closeLater(plain);
    const { gateway } = await upstreamThat(() => {}, { default: `https://127.0.0.1:${plain.port}` });
    expect(await answerTo(gateway, request)).toMatch(/^HTTP\/1.1 502 /);
    await until('the failure is on record', () => gateway.failures.length > 0);
    expect(gateway.failures).toEqual(['tls-failure']);
  });

  it('that goes silent within the body breaks the connection as body-idle-timeout', async () => {
    const { gateway } = await upstreamThat(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
      { timeouts: { idleMs: 300 } },
    );
    const client = await rawClient(gateway.port);
    client.send(request);
    await client.untilClosed();
    expect(client.closed).toBe('reset');
    await until('the failure is on record', () => gateway.failures.length > 0);
    expect(gateway.failures).toEqual(['body-idle-timeout']);
  });

  it('leaves the client connection usable after the gateway answered', async () => {
    const { gateway } = await upstreamThat((socket, _head, nth) => {
      if (nth === 1 || (request.startsWith('GET') && nth < 2)) socket.end('nonsense\r\n\r\n');
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const client = await rawClient(gateway.port);
    client.send(request);
    await client.until(/502[\s\S]*\}$/);
    client.send(request);
    await client.until(/200 OK[\s\S]*ok$/);
    client.socket.destroy();
  });
});

describe('a kept upstream connection', () => {
  it('that closes as it is used again costs no client of a safe request anything', async () => {
    // Answers once, then closes the connection on its next request without a word.
    const seen = new WeakMap<Socket, number>();
    const { gateway, upstream } = await upstreamThat((socket) => {
      const nth = (seen.get(socket) ?? 0) + 1;
      seen.set(socket, nth);
      if (nth > 1) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    let failed = 0;
    for (let i = 0; i < 50; i++) {
      const response = await fetch(gateway.url);
      if (response.status !== 200 || (await response.text()) !== 'ok') failed += 1;
    }
    process.stdout.write(`keep-alive race: 50 requests, ${upstream.requests} sent, ${failed} failed\n`);
    expect(upstream.requests).toBeGreaterThan(60);
    expect(failed).toBe(0);
  });

  it('that closes on a request that has an effect is not tried again', async () => {
    const { gateway, upstream } = await upstreamThat((socket, _head, nth) => {
      if (nth > 1) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    for (const method of ['POST', 'DELETE']) {
      await fetch(gateway.url, { method: 'GET' }).catch(() => {});
      const before = upstream.requests;
      expect((await fetch(gateway.url, { method, ...(method === 'POST' ? { body: 'x' } : {}) })).status).toBe(
        502,
      );
      expect(upstream.requests).toBe(before + 1);
    }
  });
});
