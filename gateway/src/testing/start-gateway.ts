import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import type { PlanInput } from '../plan/plan.ts';
import { definePlan } from '../plan/plan-faults.ts';

export interface RunningGateway {
  readonly port: number;
  readonly opsPort: number;
  readonly opsUrl: string;
  readonly url: string;
  readonly gateway: Gateway;
  /** One parsed line for each request. */
  readonly lines: { readonly requestId: string; readonly [field: string]: unknown }[];
  readonly failures: string[];
  readonly dataDir: string;
  /** Of an operator, if the gateway minted one. */
  token(): string;
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

/** A gateway in this process, on ports that nobody else has. */
export async function startGateway(
  upstreamPort: number,
  plan: Partial<PlanInput> = {},
  config: Partial<GatewayConfig> = {},
): Promise<RunningGateway> {
  const dataDir = config.dataDir ?? mkdtempSync(join(tmpdir(), 'banyan-gateway-'));
  const lines: RunningGateway['lines'] = [];
  const failures: string[] = [];
  const { pino } = await import('pino');
  const gateway = createGateway({
    plan: definePlan({ default: `http://127.0.0.1:${upstreamPort}`, ...plan }),
    config: {
      listen: { host: '127.0.0.1', port: 0 },
      ops: { host: '127.0.0.1', port: 0 },
      drainDelayMs: 0,
      drainDeadlineMs: 0,
      cutovers: {},
      ...config,
      dataDir,
    },
    logger: pino({ level: 'warn' }, { write: (line: string) => note(line) }),
    accessLog: { write: (line) => note(line) },
  });
  function note(line: string): void {
    const parsed = JSON.parse(line);
    lines.push(parsed);
    if (parsed.failure !== undefined) failures.push(parsed.failure);
  }
  const { publicPort, opsPort } = await gateway.start();
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  return {
    port: publicPort,
    opsPort,
    opsUrl,
    url: `http://127.0.0.1:${publicPort}`,
    gateway,
    lines,
    failures,
    dataDir,
    token: () => readFileSync(join(dataDir, 'operator-token'), 'utf8').trim(),
    async metric(name) {
      const text = await (await fetch(`${opsUrl}/metrics`)).text();
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
    },
    close: () => gateway.drain(),
  };
}
