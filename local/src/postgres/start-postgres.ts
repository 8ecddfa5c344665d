import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { endProcess, isAlive } from '../processes/process-table.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { createCluster, isCluster, readPassword, superuser } from './cluster.ts';
import { launchServer, untilReady } from './launch-server.ts';
import { choosePlace } from './place.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { findRunningServer, type RunningServer } from './running-server.ts';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  /** The server's own log goes to this file. */
  readonly logFile: string;
  /** Told of each step that takes a noticeable time. */
  readonly log?: (step: string) => void;
  /** Server settings beside the usual ones, e.g. `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How a missing cluster is made; `initdb` unless told otherwise. */
  readonly create?: (binaries: Binaries, dataDir: string, runAs: RunAs | undefined) => Promise<void>;
}

export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  /** True if an earlier run's server was found and taken over. */
  readonly reused: boolean;
  /** The superuser's connection URL. */
  readonly url: (database: string) => string;
  readonly isRunning: () => boolean;
  /** Ends sessions and stops the server; resolves once its process is gone. */
  readonly stop: () => Promise<void>;
}

/** Fast shutdown, then immediate, then by force. */
const stopSteps = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/**
 * Brings up a real PostgreSQL on 127.0.0.1, as root or as an ordinary user.
 * The server outlives this process if it is killed; the next start on the same folder takes it over.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const log = options.log ?? (() => undefined);
  const runAs = chooseRunAs();
  const { dataDir, copyParent } = await choosePlace(resolve(options.dataDir), runAs);

  const found = await takeOver(dataDir, options.port, log);
  if (found) return describe(dataDir, found, true);

  const binaries = await findBinaries(runAs, copyParent);
  if (!(await isCluster(dataDir))) {
    log('creating the database cluster');
    await (options.create ?? createCluster)(binaries, dataDir, runAs);
  }
  log('starting PostgreSQL');
  const server = await launchServer({ ...options, binaries, dataDir, runAs });
  return describe(dataDir, server, false);
}

/** Stops the server of an earlier run, if there is one. */
export async function stopPostgres(askedDataDir: string): Promise<void> {
  const { dataDir } = await choosePlace(resolve(askedDataDir), chooseRunAs());
  const running = await findRunningServer(dataDir);
  if (running) await stop(running.pid);
}

/** Whether an earlier run's server is on this folder and port. */
export async function runsOn(askedDataDir: string, port: number): Promise<boolean> {
  // Looking must not make the folder.
  if (!(await isCluster(askedDataDir))) return false;
  const { dataDir } = await choosePlace(resolve(askedDataDir), chooseRunAs());
  return (await findRunningServer(dataDir))?.port === port;
}

/** A server of an earlier run is kept if it answers on the port asked for; any other is stopped. */
async function takeOver(
  dataDir: string,
  port: number,
  log: (step: string) => void,
): Promise<RunningServer | undefined> {
  const running = await findRunningServer(dataDir);
  if (!running) {
    // PostgreSQL would refuse to start if the id in here has gone to another process of this user since.
    await rm(join(dataDir, 'postmaster.pid'), { force: true });
    return undefined;
  }
  log(`found the PostgreSQL of an earlier run (pid ${running.pid})`);
  const ready = running.port === port ? await untilReady(dataDir, running.pid, 15_000) : undefined;
  if (ready && (await answers(dataDir, ready.port))) return ready;
  log(`stopping it: it ${running.port === port ? 'does not answer' : `listens on port ${running.port}`}`);
  await stop(running.pid);
  return undefined;
}

/** Proof that the server on this port is the one on this folder. */
async function answers(dataDir: string, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlFor(port, superuser, await readPassword(dataDir), 'postgres'),
    connectionTimeoutMillis: 5_000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    return rows[0]?.folder === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function describe(
  dataDir: string,
  { pid, port }: RunningServer,
  reused: boolean,
): Promise<PostgresServer> {
  const password = await readPassword(dataDir);
  const url = (database: string) => urlFor(port, superuser, password, database);
  return { port, pid, reused, url, isRunning: () => isAlive(pid), stop: () => stop(pid) };
}

function urlFor(port: number, role: string, password: string, database: string): string {
  return `postgres://${encodeURIComponent(role)}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function stop(pid: number): Promise<void> {
  if (!(await endProcess(pid, stopSteps))) throw new Error(`PostgreSQL (pid ${pid}) could not be stopped`);
}
