import { Command, CommanderError } from 'commander';
import { type GatewayStatus, gatewayStatus } from '../ops/status.ts';

export interface CliProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The operators' command. Resolves to its exit code: 0 done, 1 refused, 2 usage. */
export async function banyan(argv: readonly string[], { env, stdout, stderr }: CliProcess): Promise<number> {
  let code = 0;
  const program = new Command('banyan')
    .description('Shows and moves the capabilities of a running gateway.')
    .option('--ops <url>', 'the ops API', `http://127.0.0.1:${env.OPS_PORT ?? 8081}`)
    .addHelpText('after', '\nExit codes: 0 done, 1 refused, 2 usage.')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride();
  program
    .command('status')
    .description('every capability: stage, split and upstreams')
    .option('--json', 'as the ops API gives it')
    .action(async ({ json }: { json?: true }) => {
      const status = await readStatus(program.opts<{ ops: string }>().ops);
      if (typeof status === 'string') {
        stderr.write(`banyan: ${status}\n`);
        code = 1;
      } else {
        stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status));
      }
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

/** The status, or why there is none, in one line. */
async function readStatus(ops: string): Promise<GatewayStatus | string> {
  let response: Response;
  try {
    response = await fetch(new URL('/api/status', ops));
  } catch {
    return `no gateway answers at ${ops}`;
  }
  if (!response.ok) return `${ops} answered with ${response.status}`;
  const parsed = gatewayStatus.safeParse(await response.json().catch(() => undefined));
  return parsed.success ? parsed.data : `${ops} is no gateway's ops API`;
}

function statusText({
  state,
  uptimeSeconds,
  connections,
  capabilities,
  default: unclaimed,
}: GatewayStatus): string {
  const rows = capabilities.map(({ name, stage, rolloutPercent, routes, upstreams: { legacy, service } }) => [
    name,
    stage,
    `${rolloutPercent} %`,
    String(routes.length),
    sideText(legacy),
    service === undefined ? '–' : sideText(service),
  ]);
  rows.push(['(unclaimed)', '–', '–', '–', sideText(unclaimed), '–']);
  return `${state}, up ${uptimeSeconds} s, ${connections} connections\n\n${tableText(
    ['capability', 'stage', 'rollout', 'routes', 'legacy', 'service'],
    rows,
  )}`;
}

function sideText({ url, reachable }: GatewayStatus['default']): string {
  return reachable ? url : `${url} (unreachable)`;
}

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
