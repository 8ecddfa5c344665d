/** One round: load against one proxy, and what that cost the proxy's processes. */
import type { LoadGenerator, LoadReport, LoadSpec } from './load/load.ts';
import { type Cores, idleShare, readCoreTimes } from './process/cores.ts';
import { readUsage, type Usage } from './process/usage.ts';
import type { Round } from './result.ts';

interface Observed {
  readonly report: LoadReport;
  readonly before: Usage;
  readonly after: Usage;
  readonly coreOthersShare?: number;
}

async function observe(load: LoadGenerator, spec: LoadSpec, pid: number, cores?: Cores): Promise<Observed> {
  const coreBefore = cores && (await readCoreTimes(cores.proxy));
  const before = await readUsage(pid);
  const report = await load.run(spec);
  const after = await readUsage(pid);
  const coreAfter = cores && (await readCoreTimes(cores.proxy));
  if (coreBefore === undefined || coreAfter === undefined) return { report, before, after };
  const coreIdleShare = idleShare(coreBefore, coreAfter);
  const proxyShare = (after.cpuMs - before.cpuMs) / (coreAfter.totalMs - coreBefore.totalMs);
  return { report, before, after, coreOthersShare: Math.max(0, 1 - coreIdleShare - proxyShare) };
}

function loadFigures(report: LoadReport): Round {
  return {
    requests: report.requests,
    requestsPerSecond: report.requests / report.seconds,
    errors: report.errors,
    latencyUs: report.latencyUs,
  };
}

export interface MeasureDeps {
  readonly load: LoadGenerator;
  /** Where to read how busy the proxies' core was; undefined where that can't be known. */
  readonly cores: Cores | undefined;
}

/** `pid` is the proxy's, or undefined where there is none. */
export async function measureRound(
  deps: MeasureDeps,
  spec: LoadSpec,
  pid: number | undefined,
): Promise<Round> {
  if (pid === undefined) return loadFigures(await deps.load.run(spec));
  const { report, before, after, coreOthersShare } = await observe(deps.load, spec, pid, deps.cores);
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    ...loadFigures(report),
    ...(report.requests === 0 ? {} : { cpuUsPerRequest: (cpuMs * 1_000) / report.requests }),
    busyShare: cpuMs / (report.seconds * 1_000),
    rssBytes: after.rssBytes,
    ...(coreOthersShare === undefined ? {} : { coreOthersShare }),
  };
}
