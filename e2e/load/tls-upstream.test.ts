import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawData, WebSocket } from 'ws';
import type { Header } from '../http/message.ts';
import { createRawClient, type RawResponse } from '../http/raw-client.ts';
import { noBody, type RawRequest, sizedBody } from '../http/raw-request.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { createAuthority, issueTo } from './certificates.ts';
import { type HttpsUpstream, startHttpsUpstream } from './https-upstream.ts';

/** What clients call the gateway: a name that no certificate of an upstream has to prove. */
const clientsName = 'waitlist.test';
const requestsOfEach = 30;
const body = randomBytes(200_000);
const ownBody = randomBytes(200_000);

const trusted = createAuthority('A trusted authority of a test');
const unknown = createAuthority('An unknown authority of a test');
const identities = {
  good: issueTo(trusted, 'localhost'),
  'wrong-name': issueTo(trusted, 'elsewhere.test'),
  // Whom the client asked for is not whom the gateway has to reach.
  'clients-name': issueTo(trusted, clientsName),
  expired: issueTo(trusted, 'localhost', { expired: true }),
  'unknown-authority': issueTo(unknown, 'localhost'),
};
type Name = keyof typeof identities;
const names = Object.keys(identities) as Name[];
const bad = names.filter((name) => name !== 'good');

describe('an upstream behind TLS', () => {
  let folder: string;
  let gateway: Gateway;
  const upstreams = new Map<Name, HttpsUpstream>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-tls-'));
    const authorities = join(folder, 'authorities.pem');
    await writeFile(authorities, trusted.certificate);
    for (const name of names) upstreams.set(name, await startHttpsUpstream(identities[name], ownBody));
    const capabilities = names.map((name) => [
      name,
      { routes: [{ prefix: `/${name}` }], legacy: upstreamOf(name).url },
    ]);
    gateway = await startGateway({
      upstream: upstreamOf('good').url,
      plan: { capabilities: Object.fromEntries(capabilities) },
      environment: { ACCESS_LOG: 'off', NODE_EXTRA_CA_CERTS: authorities },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    for (const upstream of upstreams.values()) await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  function upstreamOf(name: Name): HttpsUpstream {
    const upstream = upstreams.get(name);
    if (!upstream) throw new Error(`${name} was not started`);
    return upstream;
  }

  const chunked = { kind: 'chunked', chunks: [body], trailers: [] } as const;
  const requests: readonly (readonly [string, Pick<RawRequest, 'method' | 'body'>, Buffer])[] = [
    ['a GET', { method: 'GET', body: noBody }, ownBody],
    ['a POST of a stated size', { method: 'POST', body: sizedBody(body) }, body],
    ['a POST in chunks', { method: 'POST', body: chunked }, body],
  ];

  async function ask(name: Name, request: Pick<RawRequest, 'method' | 'body'>, times = 1) {
    const client = createRawClient({ port: gateway.port });
    const headers: readonly Header[] = [
      ['Host', clientsName],
      ['X-CaSe', 'Kept'],
    ];
    const responses: RawResponse[] = [];
    for (let i = 0; i < times; i += 1) {
      const outcome = await client.send({ ...request, target: `/${name}/${i}`, headers });
      if (outcome.kind !== 'answered') throw new Error(`${request.method} ${name}: ${outcome.kind}`);
      responses.push(outcome.response);
    }
    client.close();
    return responses;
  }

  it.each(requests)(
    'is sent %s, and answers, byte for byte, over connections that are kept',
    async (_, request, expected) => {
      const upstream = upstreamOf('good');
      const connectionsBefore = upstream.connections();
      const answers = await ask('good', request, requestsOfEach);
      for (const answer of answers) {
        expect(answer.head.startLine).toBe('HTTP/1.1 200 Fine So Far');
        expect(answer.head.headers).toEqual(
          expect.arrayContaining([
            ['X-CaSe', 'Kept'],
            ['X-Twice', '1'],
            ['x-twice', '2'],
          ]),
        );
        expect(answer.body.equals(expected)).toBe(true);
      }
      const received = upstream.received.splice(0);
      expect(received).toHaveLength(requestsOfEach);
      for (const { headers, body: got } of received) {
        expect(headers.slice(0, 4)).toEqual(['Host', clientsName, 'X-CaSe', 'Kept']);
        expect(got.equals(request.method === 'GET' ? Buffer.alloc(0) : body)).toBe(true);
      }
      const made = upstream.connections() - connectionsBefore;
      process.stdout.write(
        `tls: ${requestsOfEach} × ${request.method} (${request.body.kind}) over ${made} new connections\n`,
      );
      expect(made).toBeLessThanOrEqual(1);
    },
  );

  it('carries a WebSocket both ways, byte for byte', async () => {
    const socket = openWebSocket('good');
    await once(socket, 'open');
    for (const message of [body, Buffer.from('text'), Buffer.alloc(0)]) {
      socket.send(message);
      const [echo] = (await once(socket, 'message')) as [RawData];
      expect((echo as Buffer).equals(message)).toBe(true);
    }
    socket.terminate();
  });

  function openWebSocket(name: Name): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${gateway.port}/${name}/live`, { headers: { Host: clientsName } });
  }

  it.each(bad)('with a bad certificate (%s) is sent nothing, which is answered with 502', async (name) => {
    const answers = await Promise.all(requests.map(async ([, request]) => ask(name, request)));
    const ids = answers.flat().map((answer) => {
      expect(answer.head.startLine).toBe('HTTP/1.1 502 Bad Gateway');
      const said = JSON.parse(answer.body.toString()) as { error: { requestId: string } };
      expect(said).toEqual({
        error: { code: 'bad_gateway', message: expect.any(String), requestId: expect.any(String) },
      });
      expect(JSON.stringify(answer.head) + answer.body).not.toMatch(insideOf(name));
      return said.error.requestId;
    });
    ids.push(await refusedHandshake(name));
    await waitUntil('all are in the log', () => ids.every((id) => lineOf(id) !== undefined));
    for (const id of ids)
      expect(lineOf(id)).toMatchObject({ failure: 'tls-failure', capability: name, status: 502 });
    expect(upstreamOf(name).received).toHaveLength(0);
  });

  /** The id under which a WebSocket handshake was refused with 502. */
  async function refusedHandshake(name: Name): Promise<string> {
    const socket = openWebSocket(name).on('error', () => undefined);
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      socket.on('unexpected-response', (_, response) => resolve(response));
      socket.on('open', () => reject(new Error(`a WebSocket opened to ${name}`)));
    });
    const { statusCode, headers } = await answered.finally(() => socket.terminate());
    expect(statusCode).toBe(502);
    expect(JSON.stringify(headers)).not.toMatch(insideOf(name));
    return String(headers['x-request-id']);
  }

  /** Address, port and name of the upstream, and what TLS calls such faults. */
  function insideOf(name: Name): RegExp {
    return new RegExp(
      `localhost|127\\.0\\.0\\.1|${upstreamOf(name).port}|elsewhere|cert|tls|ssl|authority|altname`,
      'i',
    );
  }

  function lineOf(requestId: string): Record<string, unknown> | undefined {
    const line = gateway
      .output()
      .split('\n')
      .find((text) => text.includes(`"requestId":"${requestId}"`) && text.endsWith('}'));
    return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
  }
});
