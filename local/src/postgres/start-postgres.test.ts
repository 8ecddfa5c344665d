import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClusterFromCache } from '../../testing/cluster-cache.ts';
import { freePort } from '../ports/free-port.ts';
import { isAlive } from '../processes/process-table.ts';
import { removeCluster } from './place.ts';
import { type PostgresServer, startPostgres, stopPostgres } from './start-postgres.ts';

let folder: string;
let dataDir: string;
let port: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-postgres-'));
  await chmod(folder, 0o711);
  dataDir = join(folder, 'postgres');
  port = await freePort();
});

afterEach(async () => {
  await stopPostgres(dataDir);
  await removeCluster(dataDir);
  await rm(folder, { recursive: true, force: true });
});

function start(overrides: { port?: number } = {}): Promise<PostgresServer> {
  return startPostgres({
    dataDir,
    port,
    logFile: join(folder, 'postgres.log'),
    settings: { fsync: 'off' },
    create: createClusterFromCache,
    ...overrides,
  });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the server in a process of its own, and kills that one. */
async function startInKilledParent(): Promise<number> {
  const script = fileURLToPath(new URL('../../testing/start-postgres-and-wait.ts', import.meta.url));
  const child = fork(script, [dataDir, String(port)], { execArgv: [] });
  const [pid] = await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return Number(pid);
}

describe('embedded PostgreSQL', () => {
  it('keeps what was written, over a stop and a start', async () => {
    const first = await start();
    await query(first.url('postgres'), 'create database waitlist');
    await query(first.url('waitlist'), 'create table kept as select 42 as answer');
    await first.stop();
    expect(first.isRunning()).toBe(false);

    const second = await start();
    expect(await query(second.url('waitlist'), 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(second.reused).toBe(false);
  });

  it('takes over the server that a killed parent left running', async () => {
    const pid = await startInKilledParent();
    expect(isAlive(pid)).toBe(true);

    const server = await start();
    expect(server).toMatchObject({ pid, reused: true });
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('moves such a server to the port that is asked for now', async () => {
    const pid = await startInKilledParent();
    const other = await freePort();
    const server = await start({ port: other });
    expect(server).toMatchObject({ port: other, reused: false });
    expect(isAlive(pid)).toBe(false);
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('recovers after the server itself was killed', async () => {
    const first = await start();
    await query(first.url('postgres'), 'create table kept as select 42 as answer');
    process.kill(first.pid, 'SIGKILL');

    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url('postgres'), 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('is not kept from starting by a pid file whose id now belongs to another program', async () => {
    const first = await start();
    const pidFile = join(dataDir, 'postmaster.pid');
    const text = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)));

    const second = await start();
    expect(second.reused).toBe(false);
    expect(await query(second.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('makes a whole cluster after an earlier attempt was cut off half way', async () => {
    // What a killed initdb leaves: a folder with some of the files, named after a process that is gone.
    const gone = `${dataDir}.unfinished-999999999`;
    await mkdir(gone);
    await writeFile(join(gone, 'PG_VERSION'), '18\n');

    const server = await startPostgres({ dataDir, port, logFile: join(folder, 'postgres.log') });
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    const leftovers = (await readdir(dirname(dataDir))).filter((name) => name.includes('unfinished'));
    expect(leftovers).toEqual([]);
  });

  it('says why it did not start', async () => {
    const first = await start();
    const attempt = startPostgres({
      dataDir: join(folder, 'second'),
      port: first.port,
      logFile: join(folder, 'second.log'),
      create: createClusterFromCache,
    });
    await expect(attempt).rejects.toThrow(/Address already in use/);
  });

  it('lets nobody in without a password', async () => {
    const server = await start();
    const url = new URL(server.url('postgres'));
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });
});
