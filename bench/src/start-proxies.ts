/** Brings up the upstream and every proxy, and checks that each answers as the upstream does before it is measured. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child, Children } from './process/children.ts';
import type { Cores } from './process/cores.ts';
import { findFreePort } from './process/free-port.ts';
import type { MeasuredProxy, ProxyName } from './proxies/measured-proxy.ts';
import { clientHeaders, type RequestShape } from './scenarios.ts';

const startTimeoutMs = 15_000;
const pollMs = 50;

export interface RunningProxy {
  readonly name: ProxyName;
  readonly label: string;
  readonly port: number;
  /** Undefined for direct: the upstream isn't what is measured. */
  readonly pid: number | undefined;
  readonly end: () => Promise<void>;
}

export interface StartDeps {
  readonly children: Children;
  readonly folder: string;
  readonly cores: Cores | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function request(port: number, { method, path, body }: RequestShape): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(5_000),
    headers: body === undefined ? clientHeaders : { ...clientHeaders, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: await response.text() };
}

async function waitUntilAnswering(label: string, port: number, child: Child): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!child.hasExited() && performance.now() < deadline) {
    const answered = await request(port, { method: 'GET', path: '/api/items/1' }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (answered) return;
    await delay(pollMs);
  }
  throw new Error(`${label} did not start: ${child.errorOutput().trim() || 'it said nothing'}`);
}

export async function startUpstream({ children, cores }: StartDeps): Promise<number> {
  const port = await findFreePort();
  const program = path.join(import.meta.dirname, 'servers/upstream.ts');
  const child = children.start({
    command: process.execPath,
    args: [program, String(port)],
    cores: cores?.load,
  });
  await waitUntilAnswering('the upstream', port, child);
  return port;
}

export async function startProxy(
  deps: StartDeps,
  proxy: MeasuredProxy,
  upstreamPort: number,
): Promise<RunningProxy> {
  const { name, label } = proxy;
  const folder = path.join(deps.folder, name);
  await mkdir(folder, { recursive: true });
  const port = await findFreePort();
  const opsPort = await findFreePort();
  const command = await proxy.prepare({ upstreamPort, port, opsPort, folder });
  if (command === undefined) return { name, label, port: upstreamPort, pid: undefined, end: async () => {} };
  const child = deps.children.start({ ...command, cores: deps.cores?.proxy });
  await waitUntilAnswering(label, port, child);
  return { name, label, port, pid: child.pid, end: child.end };
}

/** Throws where a proxy answers anything else than the upstream: it would be measured doing other work. */
export async function checkAnswers(
  proxy: RunningProxy,
  upstreamPort: number,
  shapes: readonly RequestShape[],
): Promise<void> {
  for (const shape of shapes) {
    const [expected, actual] = [await request(upstreamPort, shape), await request(proxy.port, shape)];
    if (expected.status !== actual.status || expected.body !== actual.body) {
      throw new Error(
        `${proxy.label} answered ${shape.method} ${shape.path} with ${actual.status}, and not as the upstream does`,
      );
    }
  }
}
