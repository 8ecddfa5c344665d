import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf, isAlive } from '../processes/process-table.ts';

/** What a server says of itself in its `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * Finds the server that runs on this cluster, whoever started it. A pid file whose process is gone, or is by now
 * another program that was given the same id, counts as none.
 */
export async function findRunningServer(dataDir: string): Promise<RunningServer | undefined> {
  const server = await readPidFile(dataDir);
  if (!server || !isAlive(server.pid)) return undefined;
  const command = await commandOf(server.pid);
  return command && isServerOn(dataDir, command) ? server : undefined;
}

/** The server is always started with `-D` and its folder, so that its command line tells whose it is. */
function isServerOn(dataDir: string, command: string): boolean {
  return /postgres/.test(command) && command.includes(` -D ${dataDir} `);
}

export async function readPidFile(dataDir: string): Promise<RunningServer | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  // Lines: pid, data directory, start time, port, socket directory, listen address, shared memory, status.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 ? { pid, port, ready: lines[7] === 'ready' } : undefined;
}
