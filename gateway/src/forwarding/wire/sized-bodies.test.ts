import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unreadBytes } from '../../edge/progress-watch.ts';
import { httpUpstream } from '../../testing/http-upstream.ts';
import { inFrontOf } from '../../testing/in-front-of.ts';
import { rawClient } from '../../testing/raw-client.ts';
import { rawUpstream } from '../../testing/raw-upstream.ts';
import { until } from '../../testing/until.ts';

const post = (length: number, path = '/') =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Answers with the digest of what it got. */
const digesting = () => {
  let connections = 0;
  return httpUpstream((req, res) => {
    const hash = createHash('sha256');
    req.on('data', (chunk: Buffer) => hash.update(chunk));
    req.on('end', () => res.end(`${hash.digest('hex')} ${connections}`));
  }).then((upstream) => {
    upstream.server.on('connection', () => {
      connections += 1;
    });
    return upstream;
  });
};

describe('a body of a stated size', () => {
  it('arrives whole, whatever its bytes and however it is cut, over a connection that is kept', async () => {
    const gateway = await inFrontOf(await digesting());
    const client = await rawClient(gateway.port);
    client.socket.setNoDelay(true);
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 100_000, size: 'max' }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
        async (bytes, cuts) => {
          const request = Buffer.concat([Buffer.from(post(bytes.length)), bytes]);
          let from = 0;
          for (const cut of [...cuts.map((it) => Math.floor(it * request.length)).sort((a, b) => a - b)]) {
            client.socket.write(request.subarray(from, cut));
            from = cut;
            await new Promise((resolve) => setImmediate(resolve));
          }
          client.socket.write(request.subarray(from));
          answered += 1;
          await until('it is answered', () => client.received.split(/[0-9a-f]{64} \d/).length > answered);
          expect(client.received.endsWith(`${digest(Buffer.from(bytes))} 1`)).toBe(true);
        },
      ),
      { numRuns: 60, seed: 13 },
    );
    client.socket.destroy();
  });

  it('does not hold its head up', async () => {
    const upstream = await rawUpstream(() => {});
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(post(5));
    await until('the head is upstream', () => upstream.requests === 1);
    client.send('hello');
    await until('the body is upstream', () => upstream.received.endsWith('\r\n\r\nhello'));
    client.socket.destroy();
  });

  it('is read no faster than the upstream takes it', async () => {
    const total = 60_000_000;
    const waiting: IncomingMessage[] = [];
    const upstream = await httpUpstream((req, res) => {
      waiting.push(req.on('end', () => res.end('ok')));
    });
    const gateway = await inFrontOf(upstream, { timeouts: { clientMs: 1_000 } });
    const client = await rawClient(gateway.port);
    client.send(post(total));
    client.socket.write(Buffer.alloc(total, 'x'));
    let before = -1;
    await until('the client stands still', async () => {
      const unread = unreadBytes(client.socket);
      const stands = unread === before && waiting.length === 1;
      before = unread;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stands;
    });
    // Node counts it as a whole until all of it has left; the system's queue shrinks.
    expect(before - total).toBeGreaterThan(20_000_000);
    waiting[0]?.resume();
    await client.until(/ok$/);
    expect(gateway.failures).toEqual([]);
    client.socket.destroy();
  });

  it('that was answered early leaves no rest for the next request, and the client its connection', async () => {
    const upstream = await rawUpstream((socket, head) => {
      const early = head.startsWith('POST /early');
      socket.write(`HTTP/1.1 ${early ? '413 No' : '200 OK'}\r\nContent-Length: 2\r\n\r\nok`);
    });
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(post(100_000, '/early'));
    client.send('x'.repeat(1_000));
    await client.until(/413[\s\S]*ok$/);
    client.send('x'.repeat(99_000));
    client.send(post(4, '/next').concat('next'));
    await client.until(/413[\s\S]*200 OK[\s\S]*ok$/);
    expect(upstream.connections).toBe(2);
    expect(upstream.received).toMatch(/x\r?\n?POST \/next HTTP\/1\.1\r\n[\s\S]*\r\n\r\nnext$/);
    expect(gateway.failures).toEqual([]);
    client.socket.destroy();
  });
});
