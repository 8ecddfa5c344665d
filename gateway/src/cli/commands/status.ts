import type { CapabilityStatus, GatewayStatus } from '../../ops/status/status-schema.ts';
import type { Cli } from '../cli.ts';
import type { Palette } from '../text/colour.ts';
import { relativeTime } from '../text/relative-time.ts';
import { fitted, tableText, widthOf, wrapped } from '../text/table.ts';

export function addStatus({ add }: Cli): void {
  add('status', 'every capability: stage, split, health of both sides, seam, last change', async (run) => {
    const status = await run.client.call('readStatus', {});
    return { text: statusText(status, run.palette, Date.now()), json: status };
  });
}

const screenWidth = 80;

/** For a reader, in 80 columns. */
export function statusText(status: GatewayStatus, palette: Palette, nowMs: number): string {
  const head = ['CAPABILITY', 'STAGE', 'SPLIT', 'LEGACY', 'SERVICE', 'SEAM'];
  const rows = status.capabilities.map((it) => cellsOf(it, palette));
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => widthOf(row[i] ?? ''))));
  const left = screenWidth - widths.reduce((sum, width) => sum + width + 2, 0);
  const table = tableText([
    [...head, 'LAST CHANGE'].map(palette.dim),
    ...rows.map((row, i) => [...row, palette.dim(fitted(lastChange(status.capabilities[i], nowMs), left))]),
  ]);
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

function lastChange(capability: CapabilityStatus | undefined, nowMs: number): string {
  if (capability?.changedAt === undefined) return 'never';
  return `${capability.changedBy}, ${relativeTime(capability.changedAt, nowMs)}: ${capability.why}`;
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
