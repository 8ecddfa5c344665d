import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { sendOnce } from '../http/raw-client.ts';
import { noBody } from '../http/raw-request.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';

interface Message {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** All that a side receives, from the moment it is made. */
function collect(socket: WebSocket): Message[] {
  const messages: Message[] = [];
  socket.on('message', (data: RawData, isBinary) => {
    messages.push({
      bytes: Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]),
      isBinary,
    });
  });
  return messages;
}

/** As short as a large message can be compared. */
function describeMessage(bytes: Buffer, isBinary: boolean): string {
  const digest = createHash('sha1').update(bytes).digest('hex');
  return `${bytes.length} bytes of ${isBinary ? 'binary' : 'text'}, ${digest}`;
}

describe('a WebSocket through the gateway', () => {
  const sockets: WebSocketServer = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('board.v2') ? 'board.v2' : false),
  });
  let upstream: Server;
  let gateway: Gateway;
  const clients: WebSocket[] = [];

  beforeAll(async () => {
    sockets.on('headers', (headers) => headers.push('Set-Cookie: board=1', 'Set-Cookie: seen=2'));
    upstream = createServer((_, response) => response.end('no socket'));
    upstream.on('upgrade', (request, socket, head) => {
      if (request.url === '/refused') {
        socket.end('HTTP/1.1 403 Not For You\r\nContent-Length: 2\r\nX-Why: test\r\n\r\nno');
      } else if (request.url !== '/dropped') {
        sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
      } else socket.destroy();
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    gateway = await startGateway({
      upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.terminate();
  });
  afterAll(async () => {
    await gateway.stop();
    for (const client of sockets.clients) client.terminate();
    upstream.close();
    upstream.closeAllConnections();
  });

  /** Both ends of a new connection, with what each receives. */
  async function connect(path = '/api/live', protocols: string[] = []) {
    const accepted = once(sockets, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, protocols, {
      perMessageDeflate: false,
    });
    clients.push(client);
    const received = collect(client);
    const upgraded = once(client, 'upgrade');
    const [[server]] = await Promise.all([accepted, once(client, 'open')]);
    const [response] = await upgraded;
    return { client, server, received, arrived: collect(server), response };
  }

  it('passes text and binary messages of any length both ways, whole and in order', async () => {
    const { client, server, received, arrived } = await connect();
    const lengths = [0, 1, 125, 126, 65_535, 65_536, 1_000_003];
    const messages = lengths.flatMap((length, index) => [
      Buffer.alloc(length, index + 128),
      'ü'.repeat(Math.floor(length / 2)),
    ]);
    for (const message of messages) {
      client.send(message);
      server.send(message);
    }
    await waitUntil(
      'all messages',
      () => received.length === messages.length && arrived.length === messages.length,
    );
    const expected = messages.map((message) =>
      describeMessage(Buffer.from(message), typeof message !== 'string'),
    );
    expect(received.map(({ bytes, isBinary }) => describeMessage(bytes, isBinary))).toEqual(expected);
    expect(arrived.map(({ bytes, isBinary }) => describeMessage(bytes, isBinary))).toEqual(expected);
  });

  it('passes a message in fragments, as it is sent', async () => {
    const { client, server, arrived, received } = await connect();
    client.send('be', { fin: false });
    client.ping('between');
    await once(server, 'ping');
    expect(arrived).toHaveLength(0);
    client.send('gun', { fin: true });
    await waitUntil('the message', () => arrived.length === 1);
    expect(arrived[0]?.bytes.toString()).toBe('begun');
    expect(received).toHaveLength(0);
  });

  it('passes pings and pongs with their payload, both ways', async () => {
    const { client, server } = await connect();
    const atServer = once(server, 'ping');
    const atClient = once(client, 'pong');
    client.ping('payload');
    expect(String((await atServer)[0])).toBe('payload');
    expect(String((await atClient)[0])).toBe('payload');
    const fromServer = once(client, 'ping');
    server.ping(Buffer.of(0, 255));
    expect((await fromServer)[0]).toEqual(Buffer.of(0, 255));
  });

  it.each([
    [1000, ''],
    [4001, 'refused'],
    [4999, 'ü'.repeat(60)],
  ])('passes the close code %d and its reason, from either side', async (code, reason) => {
    const first = await connect();
    const atClient = once(first.client, 'close');
    first.server.close(code, reason);
    expect((await atClient).map(String)).toEqual([String(code), reason]);

    const second = await connect();
    const atServer = once(second.server, 'close');
    second.client.close(code, reason);
    expect((await atServer).map(String)).toEqual([String(code), reason]);
  });

  it('breaks one side when the other breaks, and claims no proper close', async () => {
    const first = await connect();
    const atServer = once(first.server, 'close');
    first.client.terminate();
    expect((await atServer)[0]).toBe(1006);

    const second = await connect();
    const atClient = once(second.client, 'close');
    second.server.terminate();
    expect((await atClient)[0]).toBe(1006);
  });

  it('leaves the choice of a subprotocol to the upstream', async () => {
    const chosen = await connect('/api/live', ['board.v1', 'board.v2']);
    expect(chosen.client.protocol).toBe('board.v2');
  });

  it('passes the headers of the handshake, repeated ones too', async () => {
    const { response } = await connect();
    expect(response.headers['set-cookie']).toEqual(['board=1', 'seen=2']);
  });

  const handshake = (target: string) =>
    ({
      method: 'GET',
      target,
      headers: [
        ['Host', 'a'],
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ],
      body: noBody,
    }) as const;

  it('passes an answer that refuses the handshake', async () => {
    const outcome = await sendOnce({ port: gateway.port }, handshake('/refused'));
    expect(outcome).toMatchObject({
      kind: 'answered',
      response: { head: { startLine: 'HTTP/1.1 403 Not For You' }, body: Buffer.from('no') },
    });
    if (outcome.kind === 'answered') expect(outcome.response.head.headers).toContainEqual(['X-Why', 'test']);
  });

  it('answers 502 when the upstream drops the handshake', async () => {
    const outcome = await sendOnce({ port: gateway.port }, handshake('/dropped'));
    expect(outcome).toMatchObject({
      kind: 'answered',
      response: { head: { startLine: 'HTTP/1.1 502 Bad Gateway' } },
    });
  });

  it('is refused by the monolith when its handshake asks for no WebSocket', async () => {
    const outcome = await sendOnce(
      { port: gateway.port },
      { ...handshake('/plain'), headers: [['Host', 'a']] },
    );
    expect(outcome).toMatchObject({ kind: 'answered', response: { body: Buffer.from('no socket') } });
  });
});
