/** Which core a proxy has to itself, and how busy that core was, whoever kept it so. */
import { readFile } from 'node:fs/promises';

export interface Cores {
  readonly proxy: string;
  readonly load: string;
}

export interface CoreTimes {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** "0-2,5" as the kernel lists the cores that this process may use. */
export function parseCoreList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The last core is the proxies'; upstream and load share the others. Undefined where there is one core alone. */
export function divideCores(cores: readonly number[]): Cores | undefined {
  const proxy = cores.at(-1);
  if (proxy === undefined || cores.length < 2) return undefined;
  return { proxy: String(proxy), load: cores.slice(0, -1).join(',') };
}

export async function readAllowedCores(): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const status = await readFile('/proc/self/status', 'utf8');
  return parseCoreList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
}

/** The lines of /proc/stat that belong to `cores`, added up. Steal counts as busy: it was not ours to use. */
export function parseCoreTimes(stat: string, cores: string): CoreTimes {
  let idleMs = 0;
  let totalMs = 0;
  for (const core of cores.split(',')) {
    const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(stat)?.[1] ?? '';
    // user nice system idle iowait irq softirq steal; guest times are inside user and nice already.
    const ticks = line.split(' ').slice(0, 8).map(Number);
    idleMs += ((ticks[3] ?? 0) + (ticks[4] ?? 0)) * 10;
    totalMs += ticks.reduce((total, value) => total + value, 0) * 10;
  }
  return { idleMs, totalMs };
}

export async function readCoreTimes(cores: string): Promise<CoreTimes> {
  return parseCoreTimes(await readFile('/proc/stat', 'utf8'), cores);
}

export function idleShare(before: CoreTimes, after: CoreTimes): number {
  const total = after.totalMs - before.totalMs;
  return total > 0 ? (after.idleMs - before.idleMs) / total : 0;
}
