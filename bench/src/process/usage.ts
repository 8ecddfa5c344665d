/** What a process and its descendants have used so far: processor time and memory. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export interface ProcessRow extends Usage {
  readonly pid: number;
  readonly parentPid: number;
}

/** USER_HZ, the unit of /proc: fixed at 100 by the kernel's interface on every architecture that Node runs on. */
const msPerTick = 10;

/** One line of /proc/PID/stat, and the text of /proc/PID/status. The command's name may hold spaces and brackets. */
export function parseProc(stat: string, status: string): ProcessRow {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(afterName[11]) + Number(afterName[12]);
  const rssKilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  return {
    pid: Number.parseInt(stat, 10),
    parentPid: Number(afterName[1]),
    cpuMs: ticks * msPerTick,
    rssBytes: rssKilobytes * 1024,
  };
}

/** A line of `ps -o pid=,ppid=,time=,rss=`, whose time is [[dd-]hh:]mm:ss[.cc]. */
export function parsePsLine(line: string): ProcessRow {
  const [pid = '', parentPid = '', time = '', rss = ''] = line.trim().split(/\s+/);
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const seconds = (clock ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    cpuMs: (Number(days) * 86_400 + seconds) * 1_000,
    rssBytes: Number(rss) * 1024,
  };
}

/** `pid` and all that descend from it. */
export function findTree(rows: readonly ProcessRow[], pid: number): ProcessRow[] {
  const tree = new Set([pid]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const row of rows) if (tree.has(row.parentPid)) tree.add(row.pid);
  }
  return rows.filter((row) => tree.has(row.pid));
}

export function sumTree(rows: readonly ProcessRow[], pid: number): Usage {
  const members = findTree(rows, pid);
  return {
    cpuMs: members.reduce((total, row) => total + row.cpuMs, 0),
    rssBytes: members.reduce((total, row) => total + row.rssBytes, 0),
  };
}

async function readProcRow(pid: string): Promise<ProcessRow[]> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return [parseProc(stat, status)];
  } catch {
    return []; // it ended between the listing and the reading
  }
}

/** Every process of this machine that may be seen. */
export async function readProcesses(): Promise<ProcessRow[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    return (await Promise.all(pids.map(readProcRow))).flat();
  }
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,time=,rss=']);
  return stdout.trimEnd().split('\n').map(parsePsLine);
}

export async function readUsage(pid: number): Promise<Usage> {
  return sumTree(await readProcesses(), pid);
}
