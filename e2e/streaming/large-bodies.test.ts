import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSocket } from '../http/raw-client.ts';
import { readAnswer } from '../http/read-answer.ts';
import { canReadPeakMemory, peakMemoryOf } from '../stack/peak-memory.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntilStill } from '../stack/wait-until.ts';
import { startWitness, type Witness, type WitnessExchange } from '../witness/witness.ts';

const megabyte = 1024 * 1024;
const bodyBytes = 200 * megabyte;
const maxPeakBytes = 150 * megabyte;

/** Both ends count and hash what passes; neither keeps it. */
function createTally() {
  const hash = createHash('sha1');
  let bytes = 0;
  return {
    add(piece: Buffer) {
      bytes += piece.length;
      hash.update(piece);
    },
    bytes: () => bytes,
    digest: () => hash.digest('hex'),
  };
}
type Tally = ReturnType<typeof createTally>;

/** Writes the body as fast as the socket takes it; every piece differs from the one before. */
async function sendBody(socket: Pick<Socket, 'write' | 'once'>, tally: Tally): Promise<void> {
  const piece = Buffer.alloc(64 * 1024, 'banyan');
  for (let sent = 0; sent < bodyBytes; sent += piece.length) {
    const next = Buffer.from(piece);
    next.writeUInt32BE(sent);
    tally.add(next);
    if (!socket.write(next)) await once(socket as Socket, 'drain');
  }
}

describe('200 MB through the gateway', () => {
  let witness: Witness;
  let gateway: Gateway;
  let onExchange: (exchange: WitnessExchange) => void | Promise<void>;
  let onBodyBytes: (bytes: Buffer) => void = () => undefined;

  beforeAll(async () => {
    witness = await startWitness({
      answer: (exchange) => onExchange(exchange),
      onBodyBytes: (bytes) => onBodyBytes(bytes),
    });
    gateway = await startGateway({ upstream: witness.url });
  });
  afterAll(async () => {
    await gateway.stop();
    await witness.close();
  });

  it('go up whole, held back by an upstream that does not read', async () => {
    const sent = createTally();
    const received = createTally();
    onBodyBytes = received.add;
    onExchange = async (exchange) => {
      exchange.socket.pause();
      await waitUntilStill(sent.bytes);
      exchange.socket.resume();
      await exchange.received;
      exchange.write('HTTP/1.1 204 No Content\r\n\r\n');
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    const answered = readAnswer(socket, 'POST');
    socket.write(`POST /api/images HTTP/1.1\r\nHost: a\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
    await sendBody(socket, sent);
    expect(await answered).toMatchObject({ kind: 'whole' });
    expect(received.bytes()).toBe(bodyBytes);
    expect(received.digest()).toBe(sent.digest());
    socket.destroy();
  }, 60_000);

  it('come down whole, held back by a client that does not read', async () => {
    const sent = createTally();
    const received = createTally();
    onExchange = async (exchange) => {
      exchange.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
      await sendBody(exchange.socket, sent);
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    const headArrived = new Promise<void>((resolve) => {
      void readAnswer(socket, 'GET', {
        onHead: () => {
          socket.pause();
          resolve();
        },
        onData: received.add,
      }).then(() => socket.end());
    });
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    await headArrived;
    await waitUntilStill(sent.bytes);
    socket.resume();
    await once(socket, 'close');
    expect(received.bytes()).toBe(bodyBytes);
    expect(received.digest()).toBe(sent.digest());
  }, 60_000);

  (canReadPeakMemory ? it : it.skip)('and the gateway never held 150 MB', () => {
    const peakBytes = peakMemoryOf(gateway.pid);
    process.stdout.write(`streaming: 2 × 200 MB, gateway at most ${Math.round(peakBytes / megabyte)} MB\n`);
    expect(peakBytes).toBeLessThan(maxPeakBytes);
  });
});
