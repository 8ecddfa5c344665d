import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { httpUpstream } from '../testing/http-upstream.ts';
import { closeLater, closeNow, inFrontOf } from '../testing/in-front-of.ts';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { until } from '../testing/until.ts';

/** Echoes; on 'bye' it closes, on 'die' its connection is cut. */
async function echo() {
  const sockets = new Set<Duplex>();
  const upstream = await httpUpstream((_, res) => void res.end());
  const wss = new WebSocketServer({ noServer: true });
  upstream.server.on('upgrade', (req, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    wss.handleUpgrade(req, socket, head, (ws) => {
      ws.on('message', (data, binary) => {
        if (String(data) === 'bye') ws.close(4001, 'so long');
        else if (String(data) === 'die') socket.destroy();
        else ws.send(data, { binary });
      });
    });
  });
  return { upstream, sockets };
}

const handshake = (headers = '') =>
  'GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

describe('a WebSocket', () => {
  it('carries text and bytes both ways, and the close with its code and reason', async () => {
    const { upstream, sockets } = await echo();
    const gateway = await inFrontOf(upstream);
    const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/live`);
    await once(ws, 'open');
    for (const sent of ['hello', Buffer.from([0, 255, 1]), 'x'.repeat(300_000)]) {
      ws.send(sent);
      const [got] = await once(ws, 'message');
      expect(Buffer.from(got).equals(Buffer.from(sent))).toBe(true);
    }
    expect(await gateway.metric('banyan_upgraded_connections')).toBe(1);
    ws.send('bye');
    const [code, reason] = await once(ws, 'close');
    expect([code, String(reason)]).toEqual([4001, 'so long']);
    await until('nothing is left', () => sockets.size === 0);
    await until('it is on record', () => gateway.lines.length === 1);
    expect(gateway.lines[0]).toMatchObject({ status: 101, upstream: 'legacy' });
  });

  it('keeps the case and repeats of headers both ways, and follows the header rules', async () => {
    const upstream = await rawUpstream(
      (socket) =>
        void socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n' +
            'X-Two: 1\r\nX-Two: 2\r\nX-Banyan-A: 1\r\n\r\n\x81\x02hi',
        ),
    );
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(handshake('X-CaSe: 1\r\nX-Forwarded-For: 9.9.9.9\r\nX-Banyan-Override: 1\r\n'));
    const received = await client.until('\x81\x02hi');
    expect(received).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    expect(received).toContain('Sec-WebSocket-Accept: x\r\n');
    expect(received).toContain('X-Two: 1\r\nX-Two: 2\r\n');
    expect(received).not.toContain('Banyan');
    expect(upstream.received).toContain('X-CaSe: 1\r\n');
    expect(upstream.received).toContain('X-Forwarded-For: 127.0.0.1\r\n');
    expect(upstream.received).not.toMatch(/9\.9\.9\.9|banyan/i);
    client.socket.destroy();
    await until('the upstream is told', () => upstream.sockets.size === 0);
  });

  it('that the upstream refuses is answered as the upstream did', async () => {
    const gateway = await inFrontOf(
      await rawUpstream(
        (socket) => void socket.end('HTTP/1.1 401 No Way\r\nX-CaSe: 1\r\nContent-Length: 4\r\n\r\nnope'),
      ),
    );
    const client = await rawClient(gateway.port);
    client.send(handshake());
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1.1 401 No Way\r\n/);
    expect(received).toContain('X-CaSe: 1\r\n');
    expect(received).toMatch(/\r\n\r\nnope$/);
  });

  it('that the upstream refuses with half an answer breaks', async () => {
    const gateway = await inFrontOf(
      await rawUpstream(
        (socket) =>
          void socket.write('HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nhalf', () => socket.destroy()),
      ),
    );
    const client = await rawClient(gateway.port);
    client.send(handshake());
    await client.untilClosed();
    expect(client.closed).toBe('reset');
  });

  it('that the upstream refuses with an answer that goes silent breaks, and leaves nothing upstream', async () => {
    const upstream = await rawUpstream(
      (socket) => void socket.write('HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nhalf'),
    );
    const gateway = await inFrontOf(upstream, { timeouts: { idleMs: 300 } });
    const client = await rawClient(gateway.port);
    client.send(handshake());
    await client.untilClosed();
    expect(client.closed).toBe('reset');
    await until('the upstream has none left', () => upstream.sockets.size === 0);
    expect(gateway.failures).toEqual(['body-idle-timeout']);
  });

  it.each([
    ['refuses the connection', 502, undefined],
    ['closes without an answer', 502, 'end'],
    ['never answers', 504, 'hang'],
  ])('whose upstream %s is answered with %i', async (_, status, how) => {
    const upstream = await rawUpstream((socket) => void (how === 'end' && socket.end()));
    const gateway = await inFrontOf(upstream, { timeouts: { firstByteMs: 300 } });
    if (how === undefined) {
      await closeNow(upstream);
    }
    const client = await rawClient(gateway.port);
    client.send(handshake());
    const received = await client.untilClosed();
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(received).not.toMatch(/127\.0\.0\.1|ECONN/);
    await until('the upstream has none left', () => upstream.sockets.size === 0);
  });

  it('asks an upstream behind TLS for its own name, whatever the client calls the gateway', async () => {
    const upstream = await rawUpstream(() => {});
    closeLater(upstream);
    const gateway = await inFrontOf(await rawUpstream(() => {}), {
      default: `https://localhost:${upstream.port}`,
    });
    const client = await rawClient(gateway.port);
    client.send(handshake().replace('Host: a', 'Host: clients-name.test'));
    // The first message of a TLS handshake names the server in clear.
    await until('the handshake begins', () => upstream.received.includes('localhost'));
    expect(upstream.received).not.toContain('clients-name');
    client.socket.destroy();
  });

  it('whose client goes away, before or after the handshake, leaves nothing upstream', async () => {
    const { upstream, sockets } = await echo();
    const gateway = await inFrontOf(upstream);
    const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/live`);
    await once(ws, 'open');
    ws.terminate();
    await until('the tunnel is gone', () => sockets.size === 0);
    const silent = await rawUpstream(() => {});
    const other = await inFrontOf(silent);
    const client = await rawClient(other.port);
    client.send(handshake());
    await until('the handshake is upstream', () => silent.requests === 1);
    client.socket.resetAndDestroy();
    await until('the upstream has none left', () => silent.sockets.size === 0);
  });

  it('whose upstream dies is closed', async () => {
    const { upstream } = await echo();
    const gateway = await inFrontOf(upstream);
    const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/live`);
    await once(ws, 'open');
    ws.send('die');
    const [code] = await once(ws, 'close');
    expect(code).toBe(1006);
  });

  it.each([
    ['with a body', handshake('Content-Length: 2\r\n').concat('ok')],
    ['by POST', handshake().replace('GET', 'POST')],
    ['without a Host', handshake().replace('Host: a\r\n', '')],
    ['with two Hosts', handshake('Host: b\r\n')],
  ])('that is asked for %s never opens', async (_, request) => {
    const { upstream } = await echo();
    const gateway = await inFrontOf(upstream);
    const client = await rawClient(gateway.port);
    client.send(request);
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 (200|400) /);
    client.socket.destroy();
  });
});
