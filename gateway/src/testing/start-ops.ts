import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { banyan } from '../cli/banyan.ts';
import type { CliProcess } from '../cli/cli-process.ts';
import type { GatewayConfig } from '../config.ts';
import type { PlanInput } from '../plan/plan.ts';
import { type FakeService, seamToken, startFakeService } from './fake-service.ts';
import { httpUpstream } from './http-upstream.ts';
import { type RunningGateway, startGateway } from './start-gateway.ts';

export const operatorToken = 'token-of-olga-who-operates';
export const viewerToken = 'token-of-victor-who-views';

export interface RunningOps {
  readonly gateway: RunningGateway;
  readonly service: FakeService;
  readonly tokensFile: string;
  /** Asks the ops API as the operator unless told otherwise. */
  ask(path: string, body?: unknown, token?: string): Promise<OpsAnswer>;
  /** Runs the command as the operator. */
  run(...args: string[]): Promise<CommandOutput>;
  /** The monolith goes away. */
  closeLegacy(): Promise<void>;
  close(): Promise<void>;
}

export interface OpsAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  readonly body: any;
}

export interface CommandOutput {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A gateway with a monolith and one capability whose service and seam do as the test says. */
export async function startOps(config: Partial<GatewayConfig> = {}): Promise<RunningOps> {
  const legacy = await httpUpstream((_, res) => void res.end('from legacy'));
  let legacyClosed: Promise<void> | undefined;
  const closeLegacy = () => {
    legacyClosed ??= legacy.close();
    return legacyClosed;
  };
  const service = await startFakeService();
  const tokensFile = join(mkdtempSync(join(tmpdir(), 'banyan-tokens-')), 'tokens.json');
  writeTokens(tokensFile, { olga: ['operator', operatorToken], victor: ['viewer', viewerToken] });
  const gateway = await startGateway(legacy.port, planOf(service.port), {
    ops: { host: '127.0.0.1', port: 0, tokensFile, seamToken },
    ...config,
  });
  return {
    gateway,
    service,
    tokensFile,
    async ask(path, body, token = operatorToken) {
      const response = await fetch(`${gateway.opsUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    run: (...args) => runBanyan(args, { BANYAN_OPS_URL: gateway.opsUrl, BANYAN_TOKEN: operatorToken }),
    closeLegacy,
    async close() {
      await gateway.close();
      await service.close();
      await closeLegacy();
    },
  };
}

/** The command in this process, with what it wrote. */
export async function runBanyan(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin?: NonNullable<CliProcess['stdin']>,
): Promise<CommandOutput> {
  const said = { out: '', err: '' };
  const isTTY = stdin?.isTTY === true;
  const code = await banyan(args, {
    env: { NO_COLOR: '1', ...env },
    stdout: { isTTY, write: (text) => (said.out += text) },
    stderr: { isTTY, write: (text) => (said.err += text) },
    ...(stdin === undefined ? {} : { stdin }),
  });
  return { code, ...said };
}

export function writeTokens(file: string, tokens: Readonly<Record<string, readonly [string, string]>>): void {
  const entries = Object.entries(tokens).map(([name, [role, token]]) => ({
    name,
    role,
    sha256: createHash('sha256').update(token).digest('hex'),
  }));
  writeFileSync(file, JSON.stringify({ tokens: entries }));
}

function planOf(servicePort: number): Partial<PlanInput> {
  const service = `http://127.0.0.1:${servicePort}`;
  return {
    capabilities: {
      auth: {
        routes: ['GET /api/auth/me', 'POST /api/auth/login'],
        service,
        ready: '/readyz',
        seam: `${service}/seam`,
      },
      images: { routes: ['GET /api/images/:id'], service },
      notifications: { routes: ['GET /api/notifications'] },
    },
  };
}
