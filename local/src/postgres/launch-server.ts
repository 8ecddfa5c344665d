import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../processes/process-table.ts';
import type { Binaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';
import { type RunningServer, readPidFile } from './running-server.ts';

export interface LaunchOptions {
  readonly binaries: Binaries;
  readonly dataDir: string;
  readonly runAs: RunAs | undefined;
  readonly port: number;
  readonly logFile: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const startTimeoutMs = 60_000;

/** Loopback TCP is the one way in: no socket file whose path could be too long or be left behind. */
const usualSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export async function launchServer(options: LaunchOptions): Promise<RunningServer> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const logStart = await size(options.logFile);
    const child = await spawnServer(options);
    const server = child.pid && (await untilReady(options.dataDir, child.pid, startTimeoutMs));
    if (server) return server;

    const said = (await readFile(options.logFile, 'utf8').catch(() => '')).slice(logStart).trim();
    // The processes of a server that was killed need a moment to notice; until then its memory is in use.
    const passing = /still in use|another server might be running|lock file .* already exists/.test(said);
    if (!passing || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start: ${said || 'no reason given'}`);
    await delay(200);
  }
}

async function spawnServer({
  binaries,
  dataDir,
  runAs,
  port,
  logFile,
  settings,
}: LaunchOptions): Promise<ChildProcess> {
  await mkdir(dirname(logFile), { recursive: true });
  const flags = Object.entries({ ...usualSettings, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const logFd = openSync(logFile, 'a');
  try {
    // Detached, so that a Ctrl-C in the terminal doesn't stop it under those who still need it; and with a file
    // for its log, since a pipe would break when this process is killed.
    const child = spawn(binaries.postgres, ['-D', dataDir, '-p', String(port), ...flags], {
      ...runAs,
      cwd: '/',
      detached: true,
      stdio: ['ignore', logFd, logFd],
      env: { ...process.env, PGDATA: '', LC_ALL: 'C' },
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(logFd);
  }
}

/** Resolves to undefined if the process ends, or is not ready in time. */
export async function untilReady(
  dataDir: string,
  pid: number,
  timeoutMs: number,
): Promise<RunningServer | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && isAlive(pid)) {
    const server = await readPidFile(dataDir);
    if (server?.pid === pid && server.ready) return server;
    await delay(15);
  }
  return undefined;
}

async function size(file: string): Promise<number> {
  return (await readFile(file, 'utf8').catch(() => '')).length;
}
