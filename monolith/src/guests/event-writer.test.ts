import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Place } from '@banyan/contracts';
import { until } from '@banyan/serving/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Response } from 'express';
import { type EventWriter, openEventStream } from './event-writer.ts';
import { readEvents } from './testing.ts';

const place: Place = {
  waitlist: { slug: 'blue-door', name: 'Blue Door' },
  name: 'Ada\n\ndata: {}',
  partySize: 2,
  status: 'waiting',
  position: 1,
  estimatedWaitMinutes: 5,
  joinedAt: '2026-01-02T03:04:05.000Z',
  calledAt: null,
};

let server: Server;
let closed = 0;

async function serve(
  heartbeatMs: number,
  use: (writer: EventWriter, response: Response) => void,
): Promise<string> {
  closed = 0;
  const app = express();
  app.get('/', (_, response) => {
    response.on('close', () => {
      closed += 1;
    });
    use(openEventStream(response, heartbeatMs), response);
  });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('event stream', () => {
  it('says what it is, how soon to come back, and sends each event whole', async () => {
    const url = await serve(60_000, (writer) => {
      writer.send({ event: 'place', data: place });
      writer.send({ event: 'place', data: { ...place, position: 2 } });
      writer.send({ event: 'gone', data: {} });
      writer.end();
    });
    const stream = await readEvents(url);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    expect(await stream.next()).toMatchObject({ event: 'place', data: place });
    expect(await stream.next()).toMatchObject({ event: 'place', data: { position: 2 } });
    expect(await stream.next()).toMatchObject({ event: 'gone' });
    expect(await stream.next()).toBeUndefined();
    expect(stream.text()).toMatch(/^retry: 3000\n\n/);
  });

  it('sends nothing twice, and gives what says the same the same id', async () => {
    const url = await serve(60_000, (writer) => {
      writer.send({ event: 'place', data: place });
      writer.send({ event: 'place', data: { ...place } });
      writer.send({ event: 'place', data: { ...place, position: 2 } });
      writer.send({ event: 'place', data: place });
      writer.end();
    });
    const stream = await readEvents(url);
    const [first, second, third] = [await stream.next(), await stream.next(), await stream.next()];
    expect(third?.id).toBe(first?.id);
    expect(second?.id).not.toBe(first?.id);
    expect(await stream.next()).toBeUndefined();
  });

  it('beats while there is nothing to say', async () => {
    const stream = await readEvents(await serve(5, () => undefined));
    await until(() => stream.text().includes(':\n\n:\n\n'));
    stream.abort();
    await until(() => closed > 0);
  });

  it('keeps the newest alone for a reader who is slow, and drops one who takes nothing', async () => {
    let sent = 0;
    let mostHeldBytes = 0;
    const url = await serve(50, (writer, response) => {
      const more = setInterval(() => {
        for (let index = 0; index < 500; index += 1) {
          sent += 1;
          writer.send({ event: 'place', data: { ...place, name: 'x'.repeat(10_000), position: sent } });
        }
        mostHeldBytes = Math.max(mostHeldBytes, response.writableLength);
      }, 1);
      response.on('close', () => clearInterval(more));
    });
    const reader = connect(Number(new URL(url).port), '127.0.0.1');
    reader.on('error', () => undefined);
    reader.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    reader.pause();
    await until(() => closed > 0);
    reader.destroy();
    // Of tens of megabytes that were said; the rest is what the kernel takes for a reader who does not.
    expect(sent).toBeGreaterThan(2_000);
    expect(mostHeldBytes).toBeGreaterThan(0);
    expect(mostHeldBytes).toBeLessThan(100_000);
  });
});
