import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '@banyan/local';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statusOf } from '../http/message.ts';
import { openSocket } from '../http/raw-client.ts';
import { encodeRequest, noBody, type RawRequest, type RequestBody, sizedBody } from '../http/raw-request.ts';
import { readAnswer } from '../http/read-answer.ts';
import { readRunConfig } from '../run-config.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { startWitness, type Witness, type WitnessExchange } from '../witness/witness.ts';
import { countAlike } from './count-alike.ts';
import { megabytes, readFigures, watchPeak } from './figures.ts';
import { answerEcho, type HttpUpstream, startHttpUpstream } from './http-upstream.ts';
import { startTraffic } from './live-traffic.ts';
import { upstreamFaults } from './upstream-fault.ts';

const { long } = readRunConfig('LOAD', process.env);
const ofEach = long ? 30 : 10;
const laneCount = 4;
const timeouts = long ? { firstByteMs: 5_000, idleMs: 5_000 } : { firstByteMs: 2_000, idleMs: 2_000 };
/** No right end takes this long, on the slowest machine. */
const hangsAfterMs = 20_000;
/** Hardly more than the bodies that are on their way: those wait in the gateway for upstreams that don't read. */
const maxGrowthBytes = ofEach * 16 * 1024 * 1024;

const body = Buffer.alloc(100_000, 'banyan');
const shapes: Readonly<
  Record<string, { readonly method: string; readonly body: RequestBody; readonly upgrade?: true }>
> = {
  GET: { method: 'GET', body: noBody },
  POST: { method: 'POST', body: sizedBody(body) },
  'chunked PUT': { method: 'PUT', body: { kind: 'chunked', chunks: [body, body], trailers: [] } },
  WebSocket: { method: 'GET', body: noBody, upgrade: true },
};

describe('upstreams that go wrong in every way at once', () => {
  let well: HttpUpstream;
  let faulty: Witness;
  let resetting: Server;
  let gateway: Gateway;
  const upstreamSockets = new Set<Socket>();
  const unansweredYet: WitnessExchange[] = [];

  beforeAll(async () => {
    well = await startHttpUpstream(answerEcho);
    faulty = await startWitness({ answer: misbehave });
    resetting = createServer((socket) => socket.resetAndDestroy());
    resetting.listen(0, '127.0.0.1');
    await once(resetting, 'listening');
    const [closedPort = 0] = await freePorts(1);
    const upstreams = {
      faulty: faulty.url,
      resetting: `http://127.0.0.1:${(resetting.address() as AddressInfo).port}`,
      closed: `http://127.0.0.1:${closedPort}`,
    };
    const capabilities = Object.entries(upstreams).map(([name, legacy]) => [
      name,
      { routes: [{ prefix: `/${name}` }], legacy },
    ]);
    gateway = await startGateway({
      upstream: well.url,
      plan: { timeouts, capabilities: Object.fromEntries(capabilities) },
      environment: { ACCESS_LOG: 'off' },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await well.close();
    await faulty.close();
    resetting.close();
  });

  function misbehave(exchange: WitnessExchange): void {
    const { socket, head } = exchange;
    upstreamSockets.add(socket);
    socket.once('close', () => upstreamSockets.delete(socket));
    const [, index] = /^\S+ \/faulty\/(\d+) /.exec(head.startLine) ?? [];
    if (index === undefined) unansweredYet.push(exchange);
    else upstreamFaults[Number(index)]?.happen(exchange);
  }

  function requestFor(target: string, shape: string): RawRequest {
    const { method, body: sent, upgrade } = shapes[shape] ?? { method: 'GET', body: noBody };
    const handshake = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ] as const;
    return {
      method,
      target,
      headers: [['Host', 'waitlist.test'], ...(upgrade ? handshake : [])],
      body: sent,
    };
  }

  /** How it ended, on a connection of its own. */
  async function ask(target: string, shape: string): Promise<string> {
    const request = requestFor(target, shape);
    const socket = openSocket(gateway.port);
    let status = 0;
    const answered = readAnswer(socket, request.method, {
      onHead: (head) => {
        status = statusOf(head);
      },
    });
    socket.write(encodeRequest(request));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, hangsAfterMs);
    const end = await answered;
    clearTimeout(timer);
    socket.destroy();
    if (late) return 'hangs';
    if (end.kind === 'whole') return String(status);
    return end.kind === 'cut-off' && end.where === 'in the body' ? 'cut off' : JSON.stringify(end);
  }

  async function askMany(target: string, shape: string): Promise<Record<string, number>> {
    return countAlike(await Promise.all(Array.from({ length: ofEach }, () => ask(target, shape))));
  }

  const cases = Object.keys(shapes).flatMap((shape) => [
    { what: `${shape}: refuses connections`, target: '/closed', shape, ends: '502' },
    { what: `${shape}: resets each connection at once`, target: '/resetting', shape, ends: '502' },
    ...upstreamFaults.flatMap(({ name, ends, onlyWithBody, onlyPlain }, index) => {
      const skipped =
        (onlyWithBody && shapes[shape]?.body.kind === 'none') || (onlyPlain && shapes[shape]?.upgrade);
      return skipped ? [] : [{ what: `${shape}: ${name}`, target: `/faulty/${index}`, shape, ends }];
    }),
  ]);

  it('are answered by cause or broken off, harm no other request, and leave nothing behind', async () => {
    const traffic = startTraffic(gateway.port, laneCount);
    await waitUntil('the gateway is warm', () => traffic.requests() > 200, 60_000);
    const before = await readFigures(gateway.opsUrl);
    const memory = watchPeak(gateway.opsUrl);
    const ended = await Promise.all(
      cases.map(async ({ what, target, shape }) => [what, await askMany(target, shape)]),
    );
    await leaveThenAnswer();
    await memory.stop();
    const { requests, failures } = await traffic.stop();
    const grewBytes = memory.peakBytes() - before.residentBytes;
    process.stdout.write(
      `upstream faults: ${cases.length} kinds × ${ofEach} at once, ${requests} live requests meanwhile, ` +
        `${JSON.stringify(failures)} failed, memory grew ${megabytes(grewBytes)} MB\n`,
    );
    expect(Object.fromEntries(ended)).toEqual(
      Object.fromEntries(cases.map(({ what, ends }) => [what, { [ends]: ofEach }])),
    );
    expect(failures).toEqual({});
    expect(grewBytes).toBeLessThan(maxGrowthBytes);
    // One that doesn't read doesn't learn either that it was let go of.
    for (const socket of upstreamSockets) socket.resume();
    await waitUntil('nothing is left of it', async () => {
      const { connections, unanswered, upgraded } = await readFigures(gateway.opsUrl);
      return connections + unanswered + upgraded + upstreamSockets.size + faulty.openExchanges() === 0;
    });
  }, 120_000);

  /** Clients that have gone by the time of their answer, which is on its way to them in that moment. */
  async function leaveThenAnswer(): Promise<void> {
    const names = Object.keys(shapes);
    const sockets = names.flatMap((shape) =>
      Array.from({ length: ofEach }, () => {
        const socket = openSocket(gateway.port);
        socket.write(encodeRequest(requestFor('/faulty/later', shape)));
        return socket;
      }),
    );
    await waitUntil('all are upstream', () => unansweredYet.length === names.length * ofEach);
    for (const socket of sockets) socket.destroy();
    for (const exchange of unansweredYet.splice(0)) {
      exchange.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      exchange.finish();
    }
  }
});
