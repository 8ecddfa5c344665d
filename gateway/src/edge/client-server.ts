import { createServer, IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Exchange, GatewayResponse } from '../exchange.ts';
import { failures } from '../forwarding/failure.ts';
import { isWebSocket } from '../forwarding/upgrade.ts';
import type { Plan } from '../plan/plan.ts';
import { answerUnparsable } from './client-faults.ts';
import type { Connections } from './connections.ts';
import { watchIntervalMs } from './progress-watch.ts';
import { rawRefusal, refusals } from './refusal.ts';
import { mintRequestId } from './request-id.ts';

export interface ClientServerDeps {
  readonly plan: Plan;
  readonly connections: Connections;
  readonly onRequest: (req: IncomingMessage, res: GatewayResponse) => void;
  readonly onExpectation: (req: IncomingMessage, res: GatewayResponse) => void;
  readonly onUpgrade: (req: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** What was answered to bytes that were no request. */
  readonly onUnparsable: (status: number, requestId: string) => void;
}

export type ClientServer = Server<typeof IncomingMessage, typeof GatewayResponse>;

/** The HTTP server that clients meet: Node's, with each of its defaults that would change what a client sees set aside. */
export function createClientServer(deps: ClientServerDeps): ClientServer {
  const { connections } = deps;
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

  server.on('connection', (socket) => connections.of(socket));
  server.on('request', deps.onRequest);
  server.on('checkContinue', deps.onRequest);
  server.on('checkExpectation', deps.onExpectation);
  server.on('upgrade', (req, socket, head) => deps.onUpgrade(req, socket as Socket, head));
  server.on('connect', (_req, socket) => refuseRaw(socket as Socket));
  server.on('clientError', (error, socket) => onClientError(error, socket as Socket));

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

  return server;
}

/** The request's own body broke off in nonsense: whatever reached the upstream must not look whole there. */
function endMalformed(exchange: Exchange, status: number): void {
  exchange.failure ??= failures['client-malformed'];
  if (exchange.status === 0) exchange.status = status;
  exchange.call?.cancel();
}
