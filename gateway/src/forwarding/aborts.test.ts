import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startGateway } from '../testing/start-gateway.ts';
import { until } from '../testing/until.ts';

/** mulberry32: the same points each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('a client that goes away', () => {
  it('before the first byte leaves no upstream exchange behind', async () => {
    const upstream = await rawUpstream(() => {});
    const gateway = await startGateway(upstream.port);
    const clients = await Promise.all(Array.from({ length: 100 }, () => rawClient(gateway.port)));
    for (const [i, client] of clients.entries()) {
      client.send(
        i % 2 === 0
          ? 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'
          : 'POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok',
      );
    }
    await until('all are upstream', () => upstream.requests === 100);
    for (const [i, client] of clients.entries()) {
      if (i % 4 < 2) client.socket.destroy();
      else client.socket.resetAndDestroy();
    }
    await until('the upstream has none left', () => upstream.sockets.size === 0, 1_000);
    process.stdout.write(`aborts: 100 clients, ${upstream.sockets.size} upstream exchanges left\n`);
    expect(gateway.failures.every((failure) => failure === 'client-aborted')).toBe(true);
    expect(await gateway.metric('banyan_requests_unanswered')).toBe(0);
    await gateway.close();
    await upstream.close();
  });

  it('within a body, either way, cancels the upstream', async () => {
    const upstream = await rawUpstream((socket, head) => {
      if (head.startsWith('GET'))
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');
    });
    const gateway = await startGateway(upstream.port);
    const down = await rawClient(gateway.port);
    down.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await down.until('1\r\na\r\n');
    const up = await rawClient(gateway.port);
    up.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await until('the half is upstream', () => upstream.received.endsWith('half'));
    down.socket.destroy();
    up.socket.destroy();
    await until('the upstream has none left', () => upstream.sockets.size === 0, 1_000);
    await gateway.close();
    await upstream.close();
  });
});

describe('an upstream that dies within the body', () => {
  it('never leaves an answer that looks complete', async () => {
    const random = seeded(42);
    const bodyBytes = 3_000;
    const cuts = new Map<string, number>();
    const upstream = await rawUpstream((socket, head) => {
      const [, framing = '', nth = ''] = /\/(sized|chunked|unsized)\/(\d+)/.exec(head) ?? [];
      die(socket, framing as 'sized', cuts.get(nth) ?? 0, random() < 0.5);
    });
    const gateway = await startGateway(upstream.port);
    let complete = 0;
    let reset = 0;
    const total = 1_000;
    const one = async (nth: number) => {
      cuts.set(String(nth), Math.floor(random() * bodyBytes));
      const framing = ['sized', 'chunked', 'unsized'][Math.floor(random() * 3)] ?? '';
      const version = random() < 0.3 ? '1.0' : '1.1';
      const path = `/${framing}/${nth}`;
      const client = await rawClient(gateway.port);
      client.send(
        random() < 0.5
          ? `GET ${path} HTTP/${version}\r\nHost: a\r\n\r\n`
          : `POST ${path} HTTP/${version}\r\nHost: a\r\nContent-Length: 2\r\n\r\nok`,
      );
      await client.untilClosed();
      if (client.closed === 'reset') reset += 1;
      else complete += 1;
    };
    for (let from = 0; from < total; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => one(from + i)));
    }
    process.stdout.write(
      `deaths mid-body: ${total}, ${complete} bodies look complete, ${reset} connections reset\n`,
    );
    expect({ complete, reset }).toEqual({ complete: 0, reset: total });
    await until('every death is on record', () => gateway.failures.length === total);
    expect(new Set(gateway.failures)).toEqual(new Set(['body-reset']));
    await gateway.close();
    await upstream.close();
  });

  function die(socket: Socket, framing: 'sized' | 'chunked' | 'unsized', cut: number, hard: boolean): void {
    // Without a length, only a reset tells a death from an end.
    const heads = { sized: 'Content-Length: 3000', chunked: 'Transfer-Encoding: chunked', unsized: 'X-A: b' };
    const head = heads[framing];
    // Chunked: whole chunks and then nothing, or a chunk cut in two.
    const part =
      framing !== 'chunked'
        ? 'x'.repeat(cut)
        : cut % 2 === 0
          ? chunk('x'.repeat(cut + 1))
          : chunk('x'.repeat(cut)).slice(0, -3);
    socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${part}`, () => {
      if (hard || framing === 'unsized') socket.resetAndDestroy();
      else socket.destroy();
    });
  }

  function chunk(text: string): string {
    return `${text.length.toString(16)}\r\n${text}\r\n`;
  }
});
