import { readFileSync } from 'node:fs';

/** Where peak memory can be read at all: Linux keeps a high-water mark for each process. */
export const canReadPeakMemory = process.platform === 'linux';

/** The most memory that a process has held since it started, in bytes. */
export function peakMemoryOf(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`no peak memory in /proc/${pid}/status`);
  return Number(kilobytes) * 1024;
}
