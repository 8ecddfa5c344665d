import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { PlanInput } from '../plan/plan.ts';
import { type HttpUpstream, httpUpstream } from '../testing/http-upstream.ts';
import { inFrontOf as startInFrontOf } from '../testing/in-front-of.ts';
import { rawClient } from '../testing/raw-client.ts';
import { until } from '../testing/until.ts';

/** The limit is 10 s by default; the rules are the same at any length. */
const impatient = { timeouts: { clientMs: 400 } };

const inFrontOf = (upstream: HttpUpstream, plan: Partial<PlanInput> = impatient) =>
  startInFrontOf(upstream, plan);

const reading = () =>
  httpUpstream((req, res) => {
    req.resume();
    req.on('end', () => res.end('ok'));
    req.on('error', () => {});
  });

describe('a client that makes no progress', () => {
  it('in sending its headers is told 408 and dropped', async () => {
    const gateway = await inFrontOf(await reading());
    const client = await rawClient(gateway.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nX-Slow:');
    expect(await client.untilClosed()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });

  it('in sending a byte of header now and then is dropped as well', async () => {
    const gateway = await inFrontOf(await reading());
    const client = await rawClient(gateway.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const drip = setInterval(() => client.send('a'), 50);
    await client.untilClosed();
    clearInterval(drip);
    expect(client.received).toMatch(/^(HTTP\/1.1 408 |$)/);
  });

  it('in sending its body is told 408 and dropped, and its upstream exchange ends', async () => {
    const upstream = await reading();
    const gateway = await inFrontOf(upstream);
    for (const framing of [
      'Content-Length: 10\r\n\r\nhalf',
      'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ]) {
      const client = await rawClient(gateway.port);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}`);
      expect(await client.untilClosed()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    }
    await until('it is on record', () => gateway.failures.length === 2);
    expect(gateway.failures).toEqual(['client-too-slow', 'client-too-slow']);
    await until('the upstream has none left', async () => (await connectionsOf(upstream)) === 0);
  });

  it('in reading its answer is dropped, and little of the answer is held for it meanwhile', async () => {
    let sent = 0;
    const upstream = await httpUpstream((_, res) => {
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (!res.destroyed && sent < 200_000_000) {
          sent += chunk.length;
          if (!res.write(chunk)) return void res.once('drain', more);
        }
      };
      more();
    });
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.socket.pause();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('it is dropped', () => gateway.failures.length === 1);
    expect(gateway.failures).toEqual(['client-too-slow']);
    process.stdout.write(
      `slow reader: upstream got rid of ${Math.round(sent / 1e6)} MB of 200 MB before the drop\n`,
    );
    expect(sent).toBeLessThan(40_000_000);
    client.socket.destroy();
  });
});

describe('a client that makes progress, however little', () => {
  it('may take many times the limit to send a body', async () => {
    const gateway = await inFrontOf(await reading(), { timeouts: { clientMs: 1_500 } });
    const client = await rawClient(gateway.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\nConnection: close\r\n\r\n');
    let left = 24;
    const drip = setInterval(() => (left-- > 0 ? client.send('a') : clearInterval(drip)), 100);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('may wait on an event stream that is silent, and on a WebSocket', async () => {
    let response: ServerResponse | undefined;
    const upstream = await httpUpstream((_, res) => {
      response = res;
      res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
      res.flushHeaders();
    });
    const wss = new WebSocketServer({ server: upstream.server });
    wss.on('connection', (ws) => ws.on('message', (data) => ws.send(data)));
    const gateway = await inFrontOf(upstream, { timeouts: { clientMs: 100, idleMs: 100 } });
    const events = await rawClient(gateway.port);
    events.send('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    await events.until('event-stream');
    const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/live`);
    await once(ws, 'open');
    // Ten times the limit passes while another request is cut off by it, again and again.
    for (let i = 0; i < 10; i++) {
      const other = await rawClient(gateway.port);
      other.send('GET / HTTP/1.1\r\nHost: a\r\nX-Slow:');
      await other.untilClosed();
    }
    response?.write('data: still here\n\n');
    await events.until('data: still here\n\n');
    ws.send('still here');
    expect(String((await once(ws, 'message'))[0])).toBe('still here');
    events.socket.destroy();
    ws.terminate();
  });
});

describe('overload', () => {
  it('sheds what exceeds the limit with 503 and Retry-After, and answers again once there is room', async () => {
    const waiting: ServerResponse[] = [];
    const upstream = await httpUpstream((_, res) => void waiting.push(res));
    const gateway = await inFrontOf(upstream, { limits: { maxUnanswered: 5 } });
    const held = Array.from({ length: 5 }, () => fetch(gateway.url));
    await until('five are upstream', () => waiting.length === 5);
    const shed = await Promise.all(Array.from({ length: 20 }, () => fetch(gateway.url)));
    expect(shed.map((response) => response.status)).toEqual(Array(20).fill(503));
    expect(shed[0]?.headers.get('retry-after')).toBe('1');
    for (const response of waiting) response.end('ok');
    expect((await Promise.all(held)).map((response) => response.status)).toEqual(Array(5).fill(200));
    const again = fetch(gateway.url);
    await until('it is upstream', () => waiting.length === 6);
    waiting.at(-1)?.end('ok');
    expect((await again).status).toBe(200);
  });

  it('takes no more connections than allowed', async () => {
    const gateway = await inFrontOf(await reading(), { limits: { maxConnections: 3 } });
    const clients = await Promise.all([1, 2, 3, 4].map(() => rawClient(gateway.port)));
    await until('one was closed', () => clients.some((client) => client.closed !== false));
    expect(clients.filter((client) => client.closed === false)).toHaveLength(3);
    for (const client of clients) client.socket.destroy();
  });
});

function connectionsOf(upstream: HttpUpstream): Promise<number> {
  return new Promise((resolve, reject) => {
    upstream.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
