import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { valuesOf } from '../http/message.ts';
import { openSocket } from '../http/raw-client.ts';
import { encodeRequest } from '../http/raw-request.ts';
import { readAnswer } from '../http/read-answer.ts';
import { readRunConfig } from '../run-config.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { banyan } from './banyan-command.ts';
import { countAlike } from './count-alike.ts';
import { answerEcho, type HttpUpstream, startHttpUpstream } from './http-upstream.ts';
import { requestOf, startTraffic } from './live-traffic.ts';

const { long } = readRunConfig('LOAD', process.env);
/** Twice as many ask at once when it comes back: fewer than the gateway sheds by default. */
const herdSize = long ? 1_900 : 600;
const laneCount = 4;
const sideHeader = 'X-Side';
const heldPath = '/api/held/';

describe(`a rollback under ${herdSize} requests in flight`, () => {
  let legacy: HttpUpstream;
  let service: HttpUpstream;
  let gateway: Gateway;
  const held: (() => void)[] = [];
  const sockets: Socket[] = [];

  async function startSide(side: string): Promise<HttpUpstream> {
    return startHttpUpstream((request, response: ServerResponse) => {
      response.setHeader(sideHeader, side);
      if (request.url?.startsWith(heldPath)) held.push(() => answerEcho(request, response));
      else answerEcho(request, response);
    });
  }

  beforeAll(async () => {
    legacy = await startSide('legacy');
    service = await startSide('service');
    gateway = await startGateway({
      upstream: legacy.url,
      plan: { capabilities: { api: { routes: [{ prefix: '/api' }], service: service.url } } },
      environment: { ACCESS_LOG: 'off' },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await gateway.stop();
    await legacy.close();
    await service.close();
  });

  /** Sends bytes of one request and tells by whom it was answered, or why it wasn't. */
  function answerer(socket: Socket, method: string): Promise<string> {
    let side = 'no side';
    return readAnswer(socket, method, {
      onHead: ({ startLine, headers }) => {
        side = valuesOf(headers, sideHeader.toLowerCase())[0] ?? startLine;
      },
    }).then((end) => (end.kind === 'whole' ? side : end.kind));
  }

  /** A third without a body, a third with one, a third of which only a part of the body has been sent. */
  function begin(socket: Socket, index: number) {
    const request = requestOf(`${heldPath}${index}`, index % 3 > 0);
    const bytes = encodeRequest(request);
    const sentFirst = index % 3 === 2 ? bytes.length - 5 : bytes.length;
    const side = answerer(socket, request.method);
    socket.write(bytes.subarray(0, sentFirst));
    return { side, sendRest: () => socket.write(bytes.subarray(sentFirst)) };
  }

  function askAnew(socket: Socket, index: number): Promise<string> {
    const request = requestOf(`/api/new/${index}`, index % 3 > 0);
    const side = answerer(socket, request.method);
    socket.write(encodeRequest(request));
    return side;
  }

  function connectAll(): Socket[] {
    const opened = Array.from({ length: herdSize }, () => openSocket(gateway.port));
    sockets.push(...opened);
    return opened;
  }

  it('ends each where it began, sends all that come after to legacy, and fails none', async () => {
    await banyan(gateway, 'stage', 'api', 'live', '--why', 'a herd is to be brought back');
    const traffic = startTraffic(gateway.port, laneCount, '/api/live-traffic');
    const inFlight = connectAll().map((socket, index) => ({ socket, index, ...begin(socket, index) }));
    await waitUntil('all are at the service', () => held.length === herdSize, 60_000);

    const said = await banyan(gateway, 'rollback', 'api', '--why', 'something looks wrong');
    // All at once: those that come anew, and each of those in flight as soon as it has its answer.
    const newcomers = connectAll().map(askAnew);
    const returned = inFlight.map(async ({ socket, index, side, sendRest }) => {
      sendRest();
      return [await side, await askAnew(socket, index)].join(', then ');
    });
    for (const answer of held.splice(0)) answer();

    const outcomes = {
      'in flight': countAlike(await Promise.all(returned)),
      new: countAlike(await Promise.all(newcomers)),
    };
    const { requests, failures } = await traffic.stop();
    process.stdout.write(
      `rollback: ${JSON.stringify(outcomes)}; ${requests} live requests across it, ${JSON.stringify(failures)} failed\n`,
    );
    expect(said).toContain('legacy');
    expect(outcomes).toEqual({
      'in flight': { 'service, then legacy': herdSize },
      new: { legacy: herdSize },
    });
    expect(failures).toEqual({});
  }, 120_000);

  it('lets go of every connection to the service, while those of the clients stay', async () => {
    await waitUntil('none is left', async () => (await service.connections()) === 0, 30_000);
    const before = service.requests();
    const sides = await Promise.all(sockets.slice(0, 50).map(askAnew));
    expect(countAlike(sides)).toEqual({ legacy: 50 });
    expect(service.requests()).toBe(before);
  }, 60_000);
});
