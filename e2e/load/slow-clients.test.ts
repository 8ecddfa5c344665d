import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statusOf } from '../http/message.ts';
import { openSocket } from '../http/raw-client.ts';
import { type AnswerEnd, readAnswer } from '../http/read-answer.ts';
import { readRunConfig } from '../run-config.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { countAlike } from './count-alike.ts';
import { megabytes, readFigures, watchPeak } from './figures.ts';
import { answerEcho, type HttpUpstream, startHttpUpstream } from './http-upstream.ts';
import { startTraffic } from './live-traffic.ts';

const { long } = readRunConfig('LOAD', process.env);
const ofEachKind = long ? 200 : 40;
/** 10 s unless the plan says otherwise; the rule is the same at any length. */
const clientMs = long ? 5_000 : 2_000;
const laneCount = 4;
const largeBytes = 64 * 1024 * 1024;
const maxGrowthBytes = 96 * 1024 * 1024;
const host = 'Host: waitlist.test\r\n';

interface Kind {
  readonly name: string;
  readonly sends: string;
  /** Sent again and again, and no progress all the same. */
  readonly drips?: string;
  readonly readsNothing?: boolean;
  /** How it ends: by 408 (and not by silence, if bytes of a request came), or in the middle of an answer. */
  readonly ends: 'told 408' | 'cut off';
}

const kinds: readonly Kind[] = [
  { name: 'half a head', sends: `GET /slow HTTP/1.1\r\n${host}X-Slow:`, ends: 'told 408' },
  {
    name: 'a head by the byte',
    sends: `GET /slow HTTP/1.1\r\n${host}X-Slow: `,
    drips: 'a',
    ends: 'told 408',
  },
  {
    name: 'half a sized body',
    sends: `POST /slow HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\nhalf`,
    ends: 'told 408',
  },
  {
    name: 'half a chunked body',
    sends: `POST /slow HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
    ends: 'told 408',
  },
  {
    name: 'an answer that is not read',
    sends: `GET /large HTTP/1.1\r\n${host}\r\n`,
    readsNothing: true,
    ends: 'cut off',
  },
];

describe(`${ofEachKind * kinds.length} clients that make no progress`, () => {
  let upstream: HttpUpstream;
  let gateway: Gateway;
  let largeOpen = 0;
  let largeBegun = 0;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    upstream = await startHttpUpstream((request, response) => {
      if (request.url !== '/large') return answerEcho(request, response);
      largeOpen += 1;
      largeBegun += 1;
      response.on('close', () => {
        largeOpen -= 1;
      });
      response.writeHead(200, { 'Content-Length': largeBytes });
      const piece = Buffer.alloc(64 * 1024, 'banyan');
      let left = largeBytes;
      const more = () => {
        for (; left > 0 && !response.destroyed; left -= piece.length)
          if (!response.write(piece)) {
            left -= piece.length;
            return void response.once('drain', more);
          }
        response.end();
      };
      more();
    });
    gateway = await startGateway({
      upstream: upstream.url,
      plan: { timeouts: { clientMs } },
      environment: { ACCESS_LOG: 'off' },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await gateway.stop();
    await upstream.close();
  });

  /** Resolves when the connection has ended; a reader that stands still learns of it only when it reads again. */
  function misbehave({ sends, drips, readsNothing }: Kind) {
    const socket = openSocket(gateway.port);
    sockets.push(socket);
    let told = '';
    const ended = readAnswer(socket, 'GET', {
      onHead: (head) => {
        told = `told ${statusOf(head)}`;
        if (readsNothing) socket.pause();
      },
    });
    socket.write(sends);
    const drip = drips === undefined ? undefined : setInterval(() => socket.write(drips), 50);
    return {
      end: ended.then((end) => {
        clearInterval(drip);
        return describeEnd(end, told);
      }),
      readOn: () => socket.resume(),
    };
  }

  it('are dropped, cost little while they last, and harm nobody', async () => {
    const traffic = startTraffic(gateway.port, laneCount);
    await waitUntil('the gateway is warm', () => traffic.requests() > 200, 60_000);
    const before = await readFigures(gateway.opsUrl);
    const memory = watchPeak(gateway.opsUrl);
    const beganAt = performance.now();
    const slow = kinds.map((kind) => ({
      kind,
      clients: Array.from({ length: ofEachKind }, () => misbehave(kind)),
    }));
    await waitUntil('the readers have begun', () => largeBegun === ofEachKind, 60_000);
    const figures = async () => readFigures(gateway.opsUrl);
    await waitUntil('all are dropped', async () => (await figures()).connections <= laneCount, 60_000);
    const tookMs = Math.round(performance.now() - beganAt);
    await waitUntil('no answer is left upstream', () => largeOpen === 0);
    await memory.stop();
    const { requests, failures } = await traffic.stop();

    const ends: Record<string, Record<string, number>> = {};
    for (const { kind, clients } of slow) {
      for (const { readOn } of clients) readOn();
      ends[kind.name] = countAlike(await Promise.all(clients.map(({ end }) => end)));
    }
    const grewBytes = memory.peakBytes() - before.residentBytes;
    process.stdout.write(
      `slow clients: ${ofEachKind} of each kind, all dropped ${tookMs} ms after the first began (clientMs ${clientMs}), ` +
        `memory grew ${megabytes(grewBytes)} MB; ${requests} live requests, ${JSON.stringify(failures)} failed\n`,
    );
    expect(ends).toEqual(Object.fromEntries(kinds.map((kind) => [kind.name, { [kind.ends]: ofEachKind }])));
    expect(failures).toEqual({});
    expect(grewBytes).toBeLessThan(maxGrowthBytes);
    await waitUntil('nothing waits', async () => (await figures()).unanswered === 0);
  }, 120_000);
});

function describeEnd(end: AnswerEnd, told: string): string {
  if (end.kind === 'whole') return told;
  return end.kind === 'cut-off' && end.where === 'in the body' ? 'cut off' : JSON.stringify(end);
}
