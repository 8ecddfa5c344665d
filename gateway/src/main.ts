import { Command, CommanderError } from 'commander';
import { type Overrides, type ProcessConfig, readConfig } from './config.ts';
import { createGateway } from './gateway.ts';
import { onceOrphaned } from './once-orphaned.ts';
import type { Plan } from './plan/plan.ts';
import { loadPlanFile } from './plan/plan-file.ts';
import { createLog } from './telemetry/log.ts';

interface Flags {
  readonly plan?: string;
  readonly host?: string;
  readonly port?: string;
  readonly opsHost?: string;
  readonly opsPort?: string;
  readonly check?: true;
}

const program = new Command('banyan-gateway')
  .description('Stands in front of an HTTP monolith and forwards every path, by a plan.')
  .option('--plan <file>', 'the plan, YAML or JSON (GATEWAY_PLAN)')
  .option('--host <address>', 'where clients come in; every address unless given (GATEWAY_HOST)')
  .option('--port <number>', 'port for clients; 8080 unless given (GATEWAY_PORT)')
  .option('--ops-host <address>', 'where operators come in; 127.0.0.1 unless given (OPS_HOST)')
  .option('--ops-port <number>', 'port for operators; 8081 unless given (OPS_PORT)')
  .option('--check', 'check the plan and the environment, print a summary, and end')
  .addHelpText(
    'after',
    '\nFrom the environment alone: LOG_LEVEL, ACCESS_LOG (on, off), DRAIN_DELAY_MS, DRAIN_DEADLINE_MS.\n' +
      'Exit codes: 0 done, 1 refused, 2 usage.',
  )
  .exitOverride();

/** Runs `banyan-gateway` until a signal ends it. */
export async function main(argv: readonly string[]): Promise<void> {
  const flags = readFlags(argv);
  if (typeof flags === 'number') return leave(flags);
  const read = readConfig(overridden(flags));
  const file = read.ok ? read.config.planFile : read.planFile;
  const loaded = file === undefined ? undefined : loadPlanFile(file);
  // Both are checked before either is complained of, so that one attempt shows every fault.
  const faults = [
    ...(read.ok ? [] : read.faults),
    ...(loaded === undefined
      ? ['GATEWAY_PLAN: a plan is required; give --plan <file>']
      : loaded.ok
        ? []
        : loaded.faults),
  ];
  if (!read.ok || !loaded?.ok) {
    process.stderr.write(`banyan-gateway cannot start:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
    return leave(1);
  }
  if (flags.check) {
    process.stdout.write(summary(loaded.plan));
    return leave(0);
  }
  await serve(loaded.plan, read.config);
}

async function serve(plan: Plan, config: ProcessConfig): Promise<void> {
  const log = createLog(config.logLevel);
  const gateway = createGateway({
    plan,
    config,
    logger: log.logger,
    accessLog: config.accessLog ? log.lines : undefined,
  });
  let draining = false;
  const onSignal = () => {
    if (draining) {
      void log.close().then(() => process.exit(1));
      return;
    }
    draining = true;
    void gateway
      .drain()
      .then(() => log.close())
      .then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (config.underNpm) onceOrphaned(onSignal);
  try {
    await gateway.start();
  } catch (error) {
    await log.close();
    process.stderr.write(
      `banyan-gateway cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}

function readFlags(argv: readonly string[]): Flags | number {
  try {
    return program.parse([...argv], { from: 'user' }).opts<Flags>();
  } catch (error) {
    // commander has printed the help or the fault already.
    return error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
  }
}

function overridden({ plan, host, port, opsHost, opsPort }: Flags): Overrides {
  const given = {
    GATEWAY_PLAN: plan,
    GATEWAY_HOST: host,
    GATEWAY_PORT: port,
    OPS_HOST: opsHost,
    OPS_PORT: opsPort,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function summary(plan: Plan): string {
  const lines = [`The plan is valid. Unclaimed paths go to ${plan.default}.`];
  for (const [name, { routes, legacy, service }] of Object.entries(plan.capabilities)) {
    const to = [`legacy ${legacy ?? plan.default}`, ...(service === undefined ? [] : [`service ${service}`])];
    lines.push(`${name}: ${to.join(', ')}`, ...routes.map((route) => `  ${route.label}`));
  }
  return `${lines.join('\n')}\n`;
}

function leave(code: number): void {
  process.exitCode = code;
}
