import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@banyan/serving/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { commandOf, isAlive, untilGone } from '../processes/process-table.ts';
import { endLeftovers } from './leftovers.ts';
import { fixture } from './testing/start-host.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface HostProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly stateFolder: string;
}

/** Starts the host as `npm start` does: a process of its own, that is told what to run by a file. */
async function startHostProcess(stateFolder?: string): Promise<HostProcess> {
  const folder = stateFolder ?? (await mkdtemp(join(tmpdir(), 'lambda-host-process-')));
  const file = join(folder, 'config.json');
  await writeFile(
    file,
    JSON.stringify({
      functions: ['count', 'slow', 'hangs', 'runsForever'].map((name) => ({
        name,
        bundle: fixture('functions.mjs'),
        handler: `functions.${name}`,
        timeoutMs: 60_000,
      })),
      routes: ['count', 'slow', 'hangs', 'runsForever'].map((name) => ({
        method: 'ANY',
        path: `/${name}`,
        function: name,
      })),
      stateFolder: folder,
    }),
  );
  const child = fork(main, {
    execArgv: [],
    env: { ...process.env, LAMBDA_HOST_CONFIG: file, LAMBDA_HOST_PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  started.push(child);
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  expect(message.type).toBe('listening');
  return { child, url: message.url, stateFolder: folder };
}

async function environmentPids({ url }: HostProcess): Promise<number[]> {
  const answer = await fetch(`${url}/_host/functions`);
  const { functions } = (await answer.json()) as {
    functions: { environments: { pid: number; state: string }[] }[];
  };
  return functions.flatMap(({ environments }) => environments.map(({ pid }) => pid));
}

/** One that is frozen, one that runs, and one that lets nothing else run. */
async function withBusyEnvironments(host: HostProcess): Promise<number[]> {
  await fetch(`${host.url}/count`).then((answer) => answer.text());
  for (const name of ['hangs', 'runsForever']) void fetch(`${host.url}/${name}`).catch(() => undefined);
  await until(async () => (await environmentPids(host)).length === 3);
  return environmentPids(host);
}

describe('the host as a process', () => {
  it('leaves no environment behind when it is killed, frozen and busy ones included', async () => {
    const host = await startHostProcess();
    const pids = await withBusyEnvironments(host);
    host.child.kill('SIGKILL');
    expect(await Promise.all(pids.map((pid) => untilGone(pid, 5_000)))).toEqual([true, true, true]);
  });

  it('finishes what is in flight on SIGTERM, and ends with nothing left', async () => {
    const host = await startHostProcess();
    const answer = fetch(`${host.url}/slow`);
    await until(async () => (await environmentPids(host)).length === 1);
    const pids = await environmentPids(host);
    host.child.kill('SIGTERM');
    expect((await answer).status).toBe(200);
    expect(await once(host.child, 'exit')).toEqual([0, null]);
    expect(pids.some(isAlive)).toBe(false);
    expect((await readdir(host.stateFolder)).filter((name) => name.startsWith('lambda-host-'))).toEqual([]);
  });

  it('ends when its parent is gone', async () => {
    const host = await startHostProcess();
    host.child.disconnect();
    expect(await once(host.child, 'exit')).toEqual([0, null]);
  });

  it('says what is wrong with its configuration, and exits with 1', async () => {
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, LAMBDA_HOST_PORT: 'x' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(Buffer.concat(said).toString()).toContain('LAMBDA_HOST_CONFIG must name a JSON file');
    expect(Buffer.concat(said).toString()).toContain('LAMBDA_HOST_PORT must be a port');
  });
});

describe('leftovers of a host that is gone', () => {
  it('are ended by the next one, and no process that has got their id since', async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'lambda-host-left-'));
    const [left, another] = ['environment-1', 'something-else'].map((name) =>
      spawn('/bin/sh', ['-c', 'while :; do sleep 1; done', name], { detached: true, stdio: 'ignore' }),
    );
    if (left?.pid === undefined || another?.pid === undefined) throw new Error('no process');
    started.push(left, another);
    process.kill(-left.pid, 'SIGSTOP');
    await until(async () => ((await commandOf(another.pid ?? 0)) ?? '').includes('something-else'));
    await writeFile(
      join(stateFolder, 'lambda-host-1.json'),
      JSON.stringify({
        host: { pid: 1, command: 'a host that is gone' },
        environments: [
          { pid: left.pid, id: 'environment-1' },
          { pid: another.pid, id: 'environment-2' },
        ],
      }),
    );
    expect(await endLeftovers(stateFolder)).toBe(1);
    expect(await untilGone(left.pid, 5_000)).toBe(true);
    expect(isAlive(another.pid)).toBe(true);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  it('of a host that still runs are left alone', async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'lambda-host-left-'));
    const command = (await commandOf(process.pid)) ?? '';
    const note = { host: { pid: process.pid, command }, environments: [{ pid: process.pid, id: '' }] };
    await writeFile(join(stateFolder, `lambda-host-${process.pid}.json`), JSON.stringify(note));
    expect(await endLeftovers(stateFolder)).toBe(0);
    expect((await readdir(stateFolder)).length).toBe(1);
  });
});
