import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createFunctionPool } from './function-pool.ts';
import { type FunctionSpec, functionSchema } from './function-spec.ts';
import { type FunctionStatus, functionStatus } from './host-status.ts';
import { createHttpApi } from './http-api.ts';
import { createInvoker, type HostedFunction, type Invoke } from './invoker.ts';
import { limits } from './limits.ts';
import type { LogTail } from './log-tail.ts';
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
  readonly initTimeoutMs?: number | undefined;
  readonly integrationTimeoutMs?: number | undefined;
  /** How long an environment is kept that nobody calls. Ten minutes unless given. */
  readonly idleMs?: number | undefined;
  /** Where the host notes its processes, so that the next one ends what is left of it. */
  readonly stateFolder?: string | undefined;
}

export interface LambdaHost {
  readonly url: string;
  readonly invoke: Invoke;
  readonly functions: () => readonly FunctionStatus[];
  /** Finishes what is in flight, then ends every environment. */
  readonly stop: () => Promise<void>;
}

const runtimeFolder = fileURLToPath(new URL('./runtime', import.meta.url));
const stopTimeoutMs = 500;

/** Starts the host. @throws with all faults at once if a function or a route is not right */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const watch = watchProcesses();
  const functions = new Map<string, HostedFunction>();
  for (const spec of options.functions) {
    const hosted = hostFunction(functionSchema.parse(spec), options, watch);
    functions.set(hosted.config.name, hosted);
  }
  const invoker = createInvoker(functions);
  const httpApi = createHttpApi({
    routes: createRouteTable(options.routes),
    invoke: invoker.invoke,
    integrationTimeoutMs: options.integrationTimeoutMs ?? limits.integrationTimeoutMs,
  });
  const status = () => [...functions.values()].map(functionStatus);

  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/_host/functions') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ functions: status() }));
      return;
    }
    await httpApi(request, response);
  }

  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    invoke: invoker.invoke,
    functions: status,
    async stop() {
      server.close();
      await invoker.drain();
      server.closeAllConnections();
      await Promise.all([...functions.values()].map(({ pool }) => pool.stop()));
      watch.close();
    },
  };
}

function hostFunction(
  config: HostedFunction['config'],
  options: LambdaHostOptions,
  processes: { add: (pid: number) => void; remove: (pid: number) => void },
): HostedFunction {
  const tails = new Map<string, LogTail>();
  const log = (line: string) => options.log?.(config.name, line);
  return {
    config,
    tails,
    log,
    counts: {
      invocations: 0,
      errors: 0,
      timeouts: 0,
      lastInitMs: undefined,
      lastDurationMs: undefined,
      maxMemoryMb: 0,
    },
    pool: createFunctionPool({
      config,
      runtime: { program: [`${runtimeFolder}/bootstrap.mjs`], folder: runtimeFolder },
      initTimeoutMs: options.initTimeoutMs ?? limits.initTimeoutMs,
      idleMs: options.idleMs ?? 600_000,
      stopTimeoutMs,
      processes,
      // A busy environment's lines belong to its invocation.
      onLine: (environmentId, line) => {
        const tail = tails.get(environmentId);
        if (tail) tail.write(line);
        else log(line);
      },
    }),
  };
}
