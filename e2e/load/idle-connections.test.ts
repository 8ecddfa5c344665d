import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSeeded } from '../cutover/seeded.ts';
import { openSocket } from '../http/raw-client.ts';
import { encodeRequest } from '../http/raw-request.ts';
import { readAnswer } from '../http/read-answer.ts';
import { readRunConfig } from '../run-config.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { readFigures } from './figures.ts';
import { answerEcho, type HttpUpstream, startHttpUpstream } from './http-upstream.ts';
import { requestOf, startTraffic } from './live-traffic.ts';
import { openFilesAllowed } from './open-files.ts';

const { seed, long } = readRunConfig('LOAD', process.env);
const connectionCount = long ? 10_000 : 2_000;
/** Beside the connections: those of live requests and to the upstream, programs, logs. */
const otherFiles = 500;
const atOnce = 200;
const laneCount = 4;
const askedAgain = 200;
const maxBytesPerConnection = 32 * 1024;

const allowed = openFilesAllowed();
const fits = allowed >= connectionCount + otherFiles;
const name = `${connectionCount} idle connections`;

(fits ? describe : describe.skip)(
  fits ? name : `${name} (this machine allows ${allowed} open files, and they need more)`,
  () => {
    let upstream: HttpUpstream;
    let gateway: Gateway;
    const held: Socket[] = [];

    beforeAll(async () => {
      upstream = await startHttpUpstream(answerEcho);
      // Long enough for the slowest machine: what is idle is let go by these limits, and tested where they are.
      const timeouts = { clientMs: 300_000, keepAliveMs: 300_000 };
      gateway = await startGateway({
        upstream: upstream.url,
        plan: { timeouts },
        environment: { ACCESS_LOG: 'off' },
      });
    });
    afterAll(async () => {
      for (const socket of held) socket.destroy();
      await gateway.stop();
      await upstream.close();
    });

    /** Every second one asks something first. */
    async function hold(index: number): Promise<Socket> {
      const socket = openSocket(gateway.port);
      await once(socket, 'connect');
      if (index % 2 === 0) await ask(socket, `/first/${index}`);
      return socket;
    }

    async function ask(socket: Socket, target: string): Promise<void> {
      const answered = readAnswer(socket, 'GET');
      socket.write(encodeRequest(requestOf(target, false)));
      expect(await answered).toMatchObject({ kind: 'whole', reusable: true });
    }

    async function holdAll(): Promise<void> {
      for (let from = 0; from < connectionCount; from += atOnce)
        held.push(...(await Promise.all(Array.from({ length: atOnce }, (_, i) => hold(from + i)))));
    }

    async function letAllGo(): Promise<void> {
      for (const socket of held.splice(0)) socket.destroy();
      const none = async () => (await readFigures(gateway.opsUrl)).connections <= laneCount;
      await waitUntil('the gateway has let all go', none, 60_000);
    }

    it('are held and stay usable, harm no other request, cost little, and leave nothing behind', async () => {
      const traffic = startTraffic(gateway.port, laneCount);
      await waitUntil('the gateway is warm', () => traffic.requests() > 300, 60_000);
      const before = await readFigures(gateway.opsUrl);

      await holdAll();
      const during = await readFigures(gateway.opsUrl);
      expect(during.connections).toBeGreaterThanOrEqual(connectionCount);
      const bytesEach = (during.residentBytes - before.residentBytes) / connectionCount;

      const requestsThen = traffic.requests();
      await waitUntil('others are answered', () => traffic.requests() > requestsThen + 200, 60_000);
      const random = createSeeded(seed);
      for (let i = 0; i < askedAgain; i += 1) await ask(random.pick(held), `/again/${i}`);
      expect(held.filter((socket) => socket.destroyed || socket.readableEnded)).toHaveLength(0);

      await letAllGo();
      await holdAll();
      const again = await readFigures(gateway.opsUrl);
      const bytesEachAgain = (again.residentBytes - before.residentBytes) / connectionCount;
      await letAllGo();

      const { requests, failures } = await traffic.stop();
      process.stdout.write(
        `idle connections: ${connectionCount} held, ${kilobytes(bytesEach)} KB each, ` +
          `${kilobytes(bytesEachAgain)} KB when held again; ${requests} live requests meanwhile, ${JSON.stringify(failures)} failed\n`,
      );
      expect(failures).toEqual({});
      expect(bytesEach).toBeLessThan(maxBytesPerConnection);
      expect(bytesEachAgain).toBeLessThan(maxBytesPerConnection);
      await waitUntil('none is left', async () => (await readFigures(gateway.opsUrl)).connections === 0);
    }, 300_000);
  },
);

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
