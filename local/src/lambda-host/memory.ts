import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The most memory that a process has held so far, in MB, or undefined if the machine won't tell. Linux keeps the peak
 * itself, so that one between two looks counts too; elsewhere `ps` knows the present alone.
 */
export async function peakMemoryMb(pid: number): Promise<number | undefined> {
  return peakFromProc(pid) ?? (process.platform === 'linux' ? undefined : presentFromPs(pid));
}

/** Without waiting; on Linux alone. */
export function peakFromProc(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
  } catch {
    return undefined;
  }
}

function presentFromPs(pid: number): Promise<number | undefined> {
  return new Promise((resolve) =>
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) =>
      resolve(error ? undefined : Number(stdout.trim()) / 1_024 || undefined),
    ),
  );
}
