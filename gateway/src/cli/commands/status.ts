import type { CapabilityStatus, GatewayStatus } from '../../ops/status/status-schema.ts';
import type { Cli } from '../cli.ts';
import type { Palette } from '../text/colour.ts';
import { relativeTime } from '../text/relative-time.ts';
import { fitted, tableText, wrapped } from '../text/table.ts';

export function addStatus({ add }: Cli): void {
  add('status', 'every capability: stage, split, health of both sides, seam, last change', async (run) => {
    const status = await run.client.call('readStatus', {});
    return { text: statusText(status, run.palette, Date.now()), json: status };
  });
}

const screenWidth = 80;

/** For a reader, in 80 columns. */
export function statusText(status: GatewayStatus, palette: Palette, nowMs: number): string {
  const head = ['CAPABILITY', 'STAGE', 'SPLIT', 'LEGACY', 'SERVICE', 'SEAM'].map(palette.dim);
  const [titles, ...rows] = tableText([head, ...status.capabilities.map((it) => cellsOf(it, palette))])
    .trimEnd()
    .split('\n');
  const lines = status.capabilities.map(
    (it, i) => `${rows[i]}\n${palette.dim(`  ${fitted(lastChange(it, nowMs), screenWidth - 2)}`)}\n`,
  );
  const table = `${titles}\n${lines.join('')}`;
  return `${[headText(status, palette), table, obstaclesText(status.capabilities, palette)]
    .filter((part) => part !== '')
    .join('\n')}`;
}

function headText(status: GatewayStatus, palette: Palette): string {
  const { state, uptimeSeconds, connections, store, default: legacy } = status;
  const serving = state === 'serving' ? palette.good(state) : palette.warning(state);
  const lines = [
    `${serving}, up ${durationText(uptimeSeconds)}, ${connections} client connections`,
    `unclaimed paths go to ${legacy.url}, ${legacy.reachable ? 'which is up' : palette.bad('which is down')}`,
    store.up
      ? `cutovers are kept by the ${store.kind} store`
      : palette.bad(`the ${store.kind} store is down: the last good cutovers rule, and none can be changed`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function cellsOf(capability: CapabilityStatus, palette: Palette): string[] {
  const { name, stage, upstreams, seam } = capability;
  const { legacy, service } = upstreams;
  return [
    palette.strong(name),
    stage,
    splitText(capability),
    legacy.reachable ? palette.good('up') : palette.bad('down'),
    service === undefined ? '–' : service.ready ? palette.good('ready') : palette.bad('not ready'),
    seam === undefined ? '–' : (seam.report?.state ?? palette.bad('unknown')),
  ];
}

/** What the service gets: the percent, and the callers who are pinned to it (+) or away from it (−). */
function splitText({ rolloutPercent, allow, deny }: CapabilityStatus): string {
  const pins = [
    ...(allow.length === 0 ? [] : [`+${allow.length}`]),
    ...(deny.length === 0 ? [] : [`−${deny.length}`]),
  ];
  return [`${rolloutPercent} %`, ...pins].join(' ');
}

function lastChange({ changedAt, changedBy, why }: CapabilityStatus, nowMs: number): string {
  if (changedAt === undefined) return 'never changed';
  return `${changedBy}, ${relativeTime(changedAt, nowMs)}: ${why}`;
}

/** What stands in the way of sending the service callers. */
function obstaclesText(capabilities: readonly CapabilityStatus[], palette: Palette): string {
  const lines = capabilities.flatMap(({ name, preconditions, unreadable }) => [
    ...(unreadable === undefined ? [] : [`${name}: the store’s state makes no sense here: ${unreadable}`]),
    ...preconditions.filter(({ met }) => !met).map(({ detail }) => `${name}: ${detail}`),
  ]);
  if (lines.length === 0) return '';
  const text = lines.flatMap((line) =>
    wrapped(line, screenWidth - 4).map((it, i) => `${i === 0 ? '  ' : '    '}${it}\n`),
  );
  return `${palette.dim('NOT YET READY FOR ROLLOUT')}\n${text.join('')}`;
}

function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}
