import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { checkHostFile } from './config.ts';
import { createEventQueue, type EventQueueTimes, lambdaEventTimes } from './event-queue.ts';
import type { FunctionSpec } from './function-spec.ts';
import { hostFunction } from './host-function.ts';
import { type FunctionStatus, functionStatus } from './host-status.ts';
import { createHttpApi } from './http-api.ts';
import { createInvokeApi } from './invoke-api.ts';
import { createInvoker, type Invoke } from './invoker.ts';
import { limits } from './limits.ts';
import { watchProcesses } from './process-watch.ts';
import { createRouteTable, type HostRoute } from './route-table.ts';

export interface LambdaHostOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** 127.0.0.1 unless given. */
  readonly host?: string | undefined;
  readonly functions: readonly FunctionSpec[];
  readonly routes: readonly HostRoute[];
  /** Takes each line that a function or the host writes to a function's log. */
  readonly log?: ((functionName: string, line: string) => void) | undefined;
  /** Where the host notes its processes, so that the next one ends what is left of it. */
  readonly stateFolder?: string | undefined;
  /** Another runtime than ours: a Node program that is given the handler's name. */
  readonly runtime?: string | undefined;
  readonly initTimeoutMs?: number | undefined;
  readonly integrationTimeoutMs?: number | undefined;
  /** How long an environment is kept that nobody calls. Ten minutes unless given. */
  readonly idleMs?: number | undefined;
  readonly eventTimes?: EventQueueTimes | undefined;
  /** How long a stop waits for what is in flight. Ten seconds unless given. */
  readonly drainTimeoutMs?: number | undefined;
}

export interface LambdaHost {
  readonly url: string;
  readonly invoke: Invoke;
  readonly functions: () => readonly FunctionStatus[];
  /** Finishes what is in flight, then ends every environment. */
  readonly stop: () => Promise<void>;
}

/** Starts the host. @throws with all faults at once if a function or a route is not right */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const checked = checkHostFile({ functions: options.functions, routes: options.routes });
  const faults = checked.ok ? missingBundles(checked.value.functions) : checked.faults;
  if (!checked.ok || faults.length > 0) {
    throw new Error(`it is not configured right:\n  ${faults.join('\n  ')}`);
  }
  const processes = await watchProcesses(options.stateFolder);
  const functions = new Map(
    checked.value.functions.map((config) => [config.name, hostFunction(config, options, processes)]),
  );
  const { invoke, drain } = createInvoker(functions);
  const events = createEventQueue(invoke, options.eventTimes ?? lambdaEventTimes, (name, line) =>
    options.log?.(name, line),
  );
  const status = () => [...functions.values()].map((hosted) => functionStatus(hosted, events));
  const invokeApi = createInvokeApi({ invoke, events, has: (name) => functions.has(name) });
  const httpApi = createHttpApi({
    invoke,
    routes: createRouteTable(checked.value.routes),
    integrationTimeoutMs: options.integrationTimeoutMs ?? limits.integrationTimeoutMs,
  });

  // Larger than what the HTTP API accepts, so that it is the one who refuses.
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    void handle(request, response).catch((error) => fail(response, error));
    // A connection that is kept alive would keep a stopping server open.
    response.once('close', () => setImmediate(() => server.listening || server.closeIdleConnections()));
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/' } = request;
    if (url === '/_host/functions') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ functions: status() }));
    } else if (url.startsWith('/2015-03-31/')) await invokeApi(request, response);
    else await httpApi(request, response);
  }

  /** What is no function's fault: its process could not be started, or the client went away. */
  function fail(response: ServerResponse, error: unknown): void {
    options.log?.('lambda-host', `A request failed: ${error instanceof Error ? error.message : error}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { connection: 'close' }).end('{"message":"Internal Server Error"}');
  }

  async function stop(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    events.close();
    await Promise.race([
      Promise.all([drain(), closed]),
      delay(options.drainTimeoutMs ?? 10_000, undefined, { ref: false }),
    ]);
    server.closeAllConnections();
    await Promise.all([...functions.values()].map(({ pool }) => pool.stop()));
    processes.close();
  }
  let stopped: Promise<void> | undefined;

  try {
    server.listen(options.port, options.host ?? '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    processes.close();
    throw error;
  }
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    invoke,
    functions: status,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function missingBundles(functions: readonly FunctionSpec[]): string[] {
  return functions
    .filter(({ bundle }) => !existsSync(bundle))
    .map(({ name, bundle }) => `${name} has no bundle at ${bundle}`);
}
