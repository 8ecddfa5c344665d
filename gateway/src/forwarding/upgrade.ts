import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { unreadBytes } from '../edge/progress-watch.ts';
import { rawRefusal, refusalOfStatus } from '../edge/refusal.ts';
import type { Exchange } from '../exchange.ts';
import { type Failure, failureBeforeHead, failures } from './failure.ts';
import { answerHeaders } from './headers.ts';
import type { Upstream } from './upstream.ts';

/** Only a WebSocket handshake upgrades a connection; any other offer (`h2c`) is dropped and its request answered plainly. */
export function isWebSocket(req: IncomingMessage): boolean {
  const { upgrade, 'content-length': length, 'transfer-encoding': coding } = req.headers;
  const bodiless = (length === undefined || length === '0') && coding === undefined;
  return req.method === 'GET' && bodiless && upgrade?.toLowerCase() === 'websocket';
}

export interface UpgradeDeps {
  readonly timeouts: { readonly firstByteMs: number; readonly idleMs: number; readonly clientMs: number };
  /** Called once for each exchange that was begun. */
  readonly settle: (exchange: Exchange) => void;
}

export interface Upgrade {
  begin(exchange: Exchange, upstream: Upstream, socket: Socket, head: Buffer): void;
  /** Open tunnels, handshakes included. */
  count(): number;
  /** Ends tunnels whose reader has stood still; silence alone is no reason. */
  sweep(now: number): void;
  closeAll(failure: Failure): void;
}

interface Tunnel {
  readonly exchange: Exchange;
  readonly client: Socket;
  upstream: Socket | undefined;
  answered: boolean;
  unread: number;
  since: number;
}

/** WebSocket handshakes and tunnels go through http-proxy-middleware; what it gets wrong is set right around it. */
export function createUpgrade({ timeouts, settle }: UpgradeDeps): Upgrade {
  const proxies = new Map<Upstream, RequestHandler>();
  const tunnels = new Map<IncomingMessage, Tunnel>();

  function proxyTo(upstream: Upstream): RequestHandler {
    const known = proxies.get(upstream);
    if (known !== undefined) return known;
    const proxy = createProxyMiddleware({
      target: upstream.origin,
      // Else Node takes the name that the certificate must prove from the client's Host header.
      ssl: { servername: upstream.servername },
      upgradeTimeout: timeouts.firstByteMs,
      on: {
        error: (error, req) => fail(tunnels.get(req), error),
        proxyReqWs: (call, req) => handshake(call, tunnels.get(req)),
      },
    });
    proxies.set(upstream, proxy);
    return proxy;
  }

  function begin(exchange: Exchange, upstream: Upstream, client: Socket, head: Buffer): void {
    const { incoming: req } = exchange;
    if (req === undefined) throw new Error('an upgrade is read by Node');
    const tunnel: Tunnel = { exchange, client, upstream: undefined, answered: false, unread: 0, since: 0 };
    tunnels.set(req, tunnel);
    client.once('close', () => {
      tunnels.delete(req);
      tunnel.upstream?.destroy();
      if (!tunnel.answered) exchange.failure ??= failures['client-aborted'];
      settle(exchange);
    });
    proxyTo(upstream).upgrade(req, client, head);
  }

  function handshake(call: ClientRequest, tunnel: Tunnel | undefined): void {
    if (tunnel === undefined) {
      call.destroy();
      return;
    }
    setRawHeaders(call, tunnel.exchange);
    // Before the middleware's own listeners, which write what they find here, in lower case, to the client.
    call.prependListener('upgrade', (response: IncomingMessage, socket: Socket) => {
      tunnel.answered = true;
      tunnel.upstream = socket;
      tunnel.exchange.status = 101;
      response.headers = byName([...answerHeaders(response.rawHeaders), ...switching(response)]);
      socket.once('close', (hadError: boolean) =>
        hadError ? tunnel.client.resetAndDestroy() : tunnel.client.end(),
      );
    });
    call.prependListener('response', (response: IncomingMessage) => {
      tunnel.answered = true;
      tunnel.exchange.status = response.statusCode ?? 502;
      const { 'transfer-encoding': coding } = response.headers;
      response.headers = {
        ...byName(answerHeaders(response.rawHeaders)),
        ...(coding === undefined ? {} : { 'transfer-encoding': coding }),
      };
      response.setTimeout(timeouts.idleMs, () => {
        tunnel.exchange.failure = failures['body-idle-timeout'];
        response.destroy();
        tunnel.client.resetAndDestroy();
      });
      response.prependOnceListener('error', () => {
        tunnel.exchange.failure ??= failures['body-reset'];
        tunnel.client.resetAndDestroy();
      });
    });
  }

  function fail(tunnel: Tunnel | undefined, error: Error): void {
    if (tunnel === undefined || tunnel.answered || tunnel.client.destroyed) return;
    tunnel.answered = true;
    const timedOut = 'code' in error && error.code === 'ERR_UPSTREAM_UPGRADE_TIMEOUT';
    const failure = timedOut ? failures['response-timeout'] : failureBeforeHead(error);
    tunnel.exchange.failure = failure;
    tunnel.exchange.status = failure.status;
    tunnel.client.end(rawRefusal(refusalOfStatus(failure.status), tunnel.exchange.requestId));
  }

  function sweep(now: number): void {
    for (const tunnel of tunnels.values()) {
      const unread =
        unreadBytes(tunnel.client) + (tunnel.upstream === undefined ? 0 : unreadBytes(tunnel.upstream));
      if (unread === 0 || unread !== tunnel.unread) {
        tunnel.unread = unread;
        tunnel.since = now;
      } else if (now - tunnel.since > timeouts.clientMs) {
        tunnel.exchange.failure = failures['client-too-slow'];
        tunnel.client.resetAndDestroy();
      }
    }
  }

  function closeAll(failure: Failure): void {
    for (const { exchange, client } of tunnels.values()) {
      exchange.failure = failure;
      client.destroy();
    }
  }

  return { begin, count: () => tunnels.size, sweep, closeAll };
}

/** The middleware copies parsed headers; the client's own come back with their case and repeats. */
function setRawHeaders(call: ClientRequest, exchange: Exchange): void {
  for (const name of call.getHeaderNames()) call.removeHeader(name);
  for (const [name, value] of Object.entries(byName(exchange.headers))) {
    if (value !== undefined) call.setHeader(name, value);
  }
  call.setHeader('Connection', 'Upgrade');
  call.setHeader('Upgrade', exchange.incoming?.headers.upgrade ?? 'websocket');
}

function switching(response: IncomingMessage): string[] {
  return ['Upgrade', response.headers.upgrade ?? 'websocket', 'Connection', 'Upgrade'];
}

function byName(raw: readonly string[]): NodeJS.Dict<string | string[]> {
  const values = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const key = name.toLowerCase();
    const entry = values.get(key);
    if (entry === undefined) values.set(key, { name, values: [raw[i + 1] ?? ''] });
    else entry.values.push(raw[i + 1] ?? '');
  }
  return Object.fromEntries(
    [...values.values()].map(({ name, values: [first, ...rest] }) => [
      name,
      rest.length === 0 ? first : [first ?? '', ...rest],
    ]),
  );
}
