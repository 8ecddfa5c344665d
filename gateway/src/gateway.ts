import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { GatewayConfig } from './config.ts';
import { openCutovers } from './cutover/open-cutovers.ts';
import { createRequestFacts } from './cutover/request-facts.ts';
import { createBufferSweep } from './edge/buffer-sweep.ts';
import type { ClientAnswer, ClientRequest } from './edge/client-exchange.ts';
import { createClientServer } from './edge/client-server.ts';
import { createKeySources } from './edge/cohort-key.ts';
import { followConnections } from './edge/connections.ts';
import { watchProgress } from './edge/progress-watch.ts';
import { answerRefusal, rawRefusal, refusals } from './edge/refusal.ts';
import { Exchange, GatewayResponse, Phase } from './exchange.ts';
import { createExplain } from './explain.ts';
import { createAnswer } from './forwarding/answer.ts';
import { type Failure, failures } from './forwarding/failure.ts';
import { createForwardStreamed } from './forwarding/forward-streamed.ts';
import { createForwardWired, isWired } from './forwarding/forward-wired.ts';
import { createReplay } from './forwarding/replay.ts';
import { createUpgrade } from './forwarding/upgrade.ts';
import { openUpstreams } from './forwarding/upstream.ts';
import { readOverrideSecret } from './ops/access/override-secret.ts';
import { createOpsPlane } from './ops/create-ops-plane.ts';
import { blockListOf, type Plan } from './plan/plan.ts';
import { createRequestPipeline, isRefusal } from './request-pipeline.ts';
import { createRequestRouter } from './routing/route-request.ts';
import { buildRouteTable } from './routing/route-table.ts';
import { registerCutoverMetrics } from './telemetry/cutover-metrics.ts';
import { type LineSink, type Logger, silentLogger } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createRecord } from './telemetry/record.ts';

export interface GatewayOptions {
  readonly plan: Plan;
  readonly config: GatewayConfig;
  readonly logger?: Logger;
  /** Where one line for each request goes, if anywhere. */
  readonly accessLog?: LineSink | undefined;
}

export interface Gateway {
  /** Listens on both ports. Rejects if one is taken. */
  start(): Promise<GatewayAddresses>;
  /** Becomes unready, takes no new connection, finishes what is in flight within the deadline, then closes both ports. */
  drain(): Promise<void>;
}

export interface GatewayAddresses {
  readonly publicPort: number;
  readonly opsPort: number;
}

/** The composition root: every part of the data plane is made and joined here. */
export function createGateway({ plan, config, logger = silentLogger(), accessLog }: GatewayOptions): Gateway {
  const startedAt = performance.now();
  const clock = { now: startedAt };
  const load = { unanswered: 0 };
  const read = { wire: 0, node: 0 };
  let draining: Promise<void> | undefined;
  const isDraining = () => draining !== undefined;

  const cutovers = openCutovers({
    capabilities: Object.keys(plan.capabilities),
    config: config.cutovers,
    logger,
  });
  const snapshot = cutovers.keeper.current;
  const upstreams = openUpstreams(plan);
  const metrics = createMetrics({
    connections: () => connections.all().size,
    unanswered: () => load.unanswered,
    upgraded: () => upgrade.count(),
    read: () => read,
  });
  registerCutoverMetrics(metrics.registry, cutovers.keeper);
  const record = createRecord({
    metrics,
    logger,
    accessLog,
    capabilities: Object.keys(plan.capabilities),
  });
  const trustedProxies = blockListOf(plan.trustedProxies);
  const connections = followConnections(trustedProxies, settle);
  const sweep = createBufferSweep();
  const answer = createAnswer({ clock, isDraining, onBegun: release, onBytes: sweep });
  const replay = createReplay({
    answer,
    legacyOf: upstreams.legacyOf,
    forward: (exchange, upstream) => wired.forward(exchange, upstream),
  });
  const wired = createForwardWired(replay, clock, sweep);
  const forwardStreamed = createForwardStreamed(answer, clock, sweep);
  const upgrade = createUpgrade({ timeouts: plan.timeouts, settle });
  const overrideSecret = config.overrideSecret ?? readOverrideSecret(config.dataDir, logger);
  const keySources = createKeySources(plan);
  const facts = createRequestFacts({
    keySources,
    overrideSecret,
    nowSeconds: () => Date.now() / 1_000,
  });
  const router = createRequestRouter({ routes: buildRouteTable(plan), snapshot, facts });
  const pipeline = createRequestPipeline({
    limits: { ...plan.limits, maxBodyBytes: plan.limits.maxBodyBytes ?? Number.POSITIVE_INFINITY },
    pathPolicy: plan.pathPolicy,
    router,
    upstreamOf: (capability, side) => {
      const service =
        side === 'service' && capability !== undefined ? upstreams.serviceOf(capability) : undefined;
      return service ?? upstreams.legacyOf(capability);
    },
    unanswered: () => load.unanswered,
    forward: (exchange, upstream) =>
      isWired(exchange) ? wired.forward(exchange, upstream) : forwardStreamed(exchange, upstream),
  });
  const clients = createClientServer({
    plan,
    connections,
    clock,
    begin,
    run: pipeline.run,
    settle,
    onExpectation: (exchange) => answerRefusal(exchange, refusals.badExpectation),
    onUpgrade,
    onUnparsable: (status, requestId) => {
      metrics.meter(undefined, 'none').add(status, 0, 'client-malformed');
      if (accessLog !== undefined) logger.info({ requestId, status, failure: 'client-malformed' });
    },
  });
  const opsPlane = createOpsPlane({
    ...{ plan, upstreams, cutovers, logger, isDraining },
    explain: createExplain({ decide: pipeline.decide, keySources, trustedProxies }),
    registry: metrics.registry,
    config: {
      ...config.ops,
      dataDir: config.dataDir,
      snapshotFile: config.cutovers.snapshotFile,
      overrideSecret,
    },
    live: () => ({
      state: isDraining() ? 'draining' : 'serving',
      uptimeSeconds: Math.round((performance.now() - startedAt) / 1_000),
      connections: connections.all().size,
      unanswered: load.unanswered,
      upgraded: upgrade.count(),
    }),
    atService: countAtService,
  });
  const ops = opsPlane.server;

  /** Asked once in a while by an operator, so that requests need not count themselves. */
  function countAtService(capability: string): number {
    let count = 0;
    for (const { exchanges } of connections.all()) {
      for (const { choice, route } of exchanges) {
        if (choice?.side === 'service' && route?.capability === capability) count += 1;
      }
    }
    return count;
  }

  function begin(req: ClientRequest, res: ClientAnswer, socket: Socket): Exchange {
    const connection = connections.of(socket);
    const exchange = new Exchange(req, res, connection, performance.now());
    connection.exchanges.add(exchange);
    load.unanswered += 1;
    if (exchange.incoming === undefined) read.wire += 1;
    else read.node += 1;
    return exchange;
  }

  function release(exchange: Exchange): void {
    if (exchange.released) return;
    exchange.released = true;
    load.unanswered -= 1;
  }

  /** The last that happens to an exchange: the client has all of its answer, or is gone. */
  function settle(exchange: Exchange): void {
    if (exchange.phase === Phase.done) return;
    if (exchange.status !== 101 && !exchange.res.writableFinished) {
      exchange.failure ??= failures['client-aborted'];
      exchange.call?.cancel();
    }
    exchange.call = undefined;
    if (exchange.status === 0) exchange.status = exchange.failure?.status ?? 0;
    exchange.connection.exchanges.delete(exchange);
    release(exchange);
    record(exchange);
  }

  function onUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const exchange = new Exchange(req, new GatewayResponse(req), connections.of(socket), performance.now());
    exchange.released = true;
    const decision = pipeline.decide(exchange);
    if (isRefusal(decision)) {
      exchange.status = decision.status;
      socket.on('error', () => socket.destroy());
      socket.end(rawRefusal(decision, exchange.requestId));
      record(exchange);
    } else {
      upgrade.begin(exchange, decision, socket, head);
    }
  }

  const watch = watchProgress(connections, plan.timeouts, clock, replay.fail, (now) => {
    upgrade.sweep(now);
    clients.sweepIdle(now);
  });

  async function start(): Promise<GatewayAddresses> {
    await cutovers.keeper.start();
    const publicPort = await listen(clients.server, config.listen.port, config.listen.host).catch(
      async (error) => {
        await cutovers.keeper.close();
        throw error;
      },
    );
    try {
      const opsPort = await listen(ops, config.ops.port, config.ops.host);
      logger.info({ publicPort, opsPort }, 'listening');
      return { publicPort, opsPort };
    } catch (error) {
      clients.server.close();
      watch.stop();
      await cutovers.keeper.close();
      throw error;
    }
  }

  function drain(): Promise<void> {
    draining ??= finish();
    return draining;
  }

  async function finish(): Promise<void> {
    logger.info({ unanswered: load.unanswered, connections: connections.all().size }, 'draining');
    await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs));
    const closed = new Promise<void>((resolve) => clients.server.close(() => resolve()));
    // A connection whose answer began before the drain is kept by its client, and idle when it ends.
    const idle = setInterval(clients.closeIdle, 50);
    const deadline = setTimeout(() => endAll(failures['drain-deadline']), config.drainDeadlineMs);
    await closed;
    await noneLeft();
    clearInterval(idle);
    clearTimeout(deadline);
    watch.stop();
    wired.close();
    for (const upstream of upstreams.all()) upstream.close();
    const opsClosed = once(ops, 'close');
    ops.close();
    ops.closeAllConnections();
    await opsClosed;
    opsPlane.close();
    await cutovers.keeper.close();
    logger.info('drained');
  }

  /** The server's own `close` waits neither for upgraded sockets nor for what is to be recorded of the others. */
  async function noneLeft(): Promise<void> {
    while (upgrade.count() > 0 || connections.all().size > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  function endAll(failure: Failure): void {
    upgrade.closeAll(failure);
    for (const connection of connections.all()) {
      for (const exchange of connection.exchanges) answer.fail(exchange, failure);
    }
    clients.server.closeAllConnections();
    // Those that Node's server doesn't know.
    for (const { socket } of connections.all()) if (!socket.destroyed) socket.destroy();
  }

  return { start, drain };
}

function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 4_096 }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
