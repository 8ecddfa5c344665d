import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { commandOf } from '../processes/process-table.ts';

/** A process; or, where it is another user's and can't be looked into, whose. */
export type PortHolder =
  | { readonly pid: number; readonly command: string }
  | { readonly pid?: never; readonly user: string };

/** Who listens on a TCP port of this machine; undefined if nobody does, or the machine won't tell us. */
export async function whoHolds(port: number): Promise<PortHolder | undefined> {
  const sockets = process.platform === 'linux' ? await listeners(port) : [];
  const pid =
    process.platform === 'linux'
      ? await pidFromProc(new Set(sockets.map(({ name }) => name)))
      : await pidFromLsof(port);
  if (pid !== undefined) return { pid, command: (await commandOf(pid)) ?? 'unknown' };
  const [socket] = sockets;
  return socket && { user: await userName(socket.uid) };
}

async function pidFromProc(sockets: ReadonlySet<string>): Promise<number | undefined> {
  if (sockets.size === 0) return undefined;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // Processes of others can't be looked into, and some end meanwhile.
    const fds = await readdir(`/proc/${name}/fd`).catch(() => []);
    for (const fd of fds) {
      const target = await readlink(`/proc/${name}/fd/${fd}`).catch(() => '');
      if (sockets.has(target)) return Number(name);
    }
  }
  return undefined;
}

interface ListeningSocket {
  /** As `/proc/PID/fd` links to it. */
  readonly name: string;
  readonly uid: string;
}

async function listeners(port: number): Promise<ListeningSocket[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((text) => text.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hexPort}`))
    .map((columns) => ({ name: `socket:[${columns[9]}]`, uid: columns[7] ?? '' }));
}

async function userName(uid: string): Promise<string> {
  try {
    return (await promisify(execFile)('id', ['-nu', uid])).stdout.trim();
  } catch {
    return uid;
  }
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
    const pid = Number.parseInt(stdout, 10);
    return Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
