import { createServer, IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Exchange, GatewayResponse } from '../exchange.ts';
import { failures } from '../forwarding/failure.ts';
import { isWebSocket } from '../forwarding/upgrade.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClientAnswer, ClientRequest } from './client-exchange.ts';
import { answerUnparsable } from './client-faults.ts';
import type { Connections } from './connections.ts';
import { type WatchClock, watchIntervalMs } from './progress-watch.ts';
import { rawRefusal, refusals } from './refusal.ts';
import { mintRequestId } from './request-id.ts';
import { createWireClients } from './wire/wire-clients.ts';

export interface ClientServerDeps {
  readonly plan: Plan;
  readonly connections: Connections;
  readonly clock: WatchClock;
  /** Makes a request an exchange, whoever read it. */
  readonly begin: (req: ClientRequest, res: ClientAnswer, socket: Socket) => Exchange;
  readonly run: (exchange: Exchange) => void;
  readonly settle: (exchange: Exchange) => void;
  readonly onExpectation: (exchange: Exchange) => void;
  readonly onUpgrade: (req: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** What was answered to bytes that were no request. */
  readonly onUnparsable: (status: number, requestId: string) => void;
}

export interface ClientServer {
  /** Both kinds of connections are its own, and it closes when the last of them has. */
  readonly server: Server<typeof IncomingMessage, typeof GatewayResponse>;
  /** Closes connections that have waited for a request for too long, where Node doesn't. */
  sweepIdle(now: number): void;
  /** Closes connections that wait for a request, or never brought one. */
  closeIdle(): void;
}

/**
 * The server that clients meet. Each connection begins in a reader of ours (`wire/`), which serves plain requests; the
 * first bytes that are anything else make it a connection of Node's HTTP server for the rest of its life, with each of
 * that server's defaults that would change what a client sees set aside.
 */
export function createClientServer(deps: ClientServerDeps): ClientServer {
  const { connections, begin, run, settle } = deps;
  const { limits, timeouts } = deps.plan;
  const server = createServer({
    IncomingMessage,
    ServerResponse: GatewayResponse,
    maxHeaderSize: limits.maxHeaderBytes,
    keepAliveTimeout: timeouts.keepAliveMs,
    headersTimeout: timeouts.clientMs,
    // A large upload may take as long as it moves; the watch ends those that don't.
    requestTimeout: 0,
    connectionsCheckingInterval: watchIntervalMs(timeouts),
    // `admit` judges it, with the gateway's own answer.
    requireHostHeader: false,
    shouldUpgradeCallback: isWebSocket,
  });
  // By default Node drops the lines beyond 2,000 without a word; `admit` counts them.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.maxConnections;

  const ownListeners = server.listeners('connection');
  server.removeAllListeners('connection');
  const clients = createWireClients({
    plan: deps.plan,
    clock: deps.clock,
    begin: (client) => begin(client, client, client.socket),
    run,
    settle,
    handOver(socket) {
      for (const listener of ownListeners) listener.call(server, socket);
    },
    refuseMore: (socket) => onClientError(new Error('Bytes behind the last request'), socket),
  });
  server.on('connection', (socket) => {
    connections.of(socket);
    clients.meet(socket);
  });
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', (req, res) => deps.onExpectation(beginOf(req, res)));
  server.on('upgrade', (req, socket, head) => deps.onUpgrade(req, socket as Socket, head));
  server.on('connect', (_req, socket) => refuseRaw(socket as Socket));
  server.on('clientError', (error, socket) => onClientError(error, socket as Socket));

  function onRequest(req: IncomingMessage, res: GatewayResponse): void {
    run(beginOf(req, res));
  }

  function beginOf(req: IncomingMessage, res: GatewayResponse): Exchange {
    const exchange = begin(req, res, req.socket);
    res.exchange = exchange;
    res.on('close', onResponseClose);
    return exchange;
  }

  function onResponseClose(this: GatewayResponse): void {
    if (this.exchange !== undefined) settle(this.exchange);
  }

  /** A tunnel to wherever the client says is a forward proxy's business. */
  function refuseRaw(socket: Socket): void {
    const requestId = mintRequestId();
    socket.on('error', () => socket.destroy());
    socket.end(rawRefusal(refusals.notImplemented, requestId));
    deps.onUnparsable(refusals.notImplemented.status, requestId);
  }

  function onClientError(error: Error, socket: Socket): void {
    const requestId = mintRequestId();
    const { exchanges } = connections.of(socket);
    const begun = [...exchanges].some((exchange) => exchange.res.headersSent);
    if (socket.bytesRead === 0) {
      // Opened ahead of need, as browsers do, and never used: there is nobody to tell.
      socket.destroy();
      return;
    }
    const refusal = answerUnparsable(error, socket, requestId, begun);
    if (refusal === undefined) return;
    if (exchanges.size === 0) deps.onUnparsable(refusal.status, requestId);
    for (const exchange of exchanges) endMalformed(exchange, refusal.status);
  }

  return {
    server,
    sweepIdle: clients.sweep,
    closeIdle() {
      clients.closeIdle();
      server.closeIdleConnections();
      // Node counts a connection that was never used as busy.
      for (const { socket } of connections.all()) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}

/** The request's own body broke off in nonsense: whatever reached the upstream must not look whole there. */
function endMalformed(exchange: Exchange, status: number): void {
  exchange.failure ??= failures['client-malformed'];
  if (exchange.status === 0) exchange.status = status;
  exchange.call?.cancel();
}
