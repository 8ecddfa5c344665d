import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../ports/free-port.ts';
import { isAlive, untilGone } from './process-table.ts';
import { type ProcessEvent, type SupervisedProcess, supervise } from './supervise.ts';

/** Says where it listens, counts requests to stop, and has a helper process as the monolith has its bundler. */
const program = `
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
// Ends by itself in the end: not every way in which its parent goes takes it along.
const helper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)'], { stdio: 'ignore' });
const server = createServer((request, response) => response.end(JSON.stringify({ helper: helper.pid })));
server.listen(Number(process.env.TEST_PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => {
  console.log('draining');
  if (process.env.STUBBORN) return;
  server.close(() => process.exit(0));
});
`;

let folder: string;
let port: number;
let events: ProcessEvent[];
let running: SupervisedProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-supervise-'));
  port = await freePort();
  events = [];
  running = [];
  await writeFile(join(folder, 'program.mjs'), program);
});

afterEach(async () => {
  await Promise.all(running.map((child) => child.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}, file = 'program.mjs'): Promise<SupervisedProcess> {
  const child = await supervise(
    {
      name: 'example',
      args: [join(folder, file)],
      env: { TEST_PORT: String(port), ...env },
      readyUrl: `http://127.0.0.1:${port}/readyz`,
      logFile: join(folder, 'example.log'),
      graceMs: 300,
      restartDelayMs: 10,
    },
    (event) => events.push(event),
  );
  running.push(child);
  return child;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

async function helperPid(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return Number(JSON.parse(await response.text()).helper);
}

describe('a supervised process', () => {
  it('is started again after it was killed, and its last words are told', async () => {
    const child = await start();
    const first = child.pid() ?? 0;
    process.kill(first, 'SIGKILL');
    await until(() => events.some(({ kind }) => kind === 'back'));
    expect(events).toMatchObject([
      { kind: 'died', name: 'example', how: 'by SIGKILL', lastLines: ['listening'] },
      { kind: 'restarting' },
      { kind: 'back' },
    ]);
    expect(child.pid()).not.toBe(first);
  });

  it('is left down after it died again and again', async () => {
    const child = await start();
    await writeFile(join(folder, 'program.mjs'), 'process.exit(7)');
    process.kill(child.pid() ?? 0, 'SIGKILL');
    await until(() => events.some(({ kind }) => kind === 'given-up'));
    expect(
      events.filter(({ kind }) => kind === 'restarting').map((event) => 'inMs' in event && event.inMs),
    ).toEqual([10, 20, 40, 80, 160]);
  });

  it('says what it said when it ends before it is ready', async () => {
    await writeFile(join(folder, 'broken.mjs'), "console.error('no JWT_SECRET'); process.exit(1);");
    await expect(start({}, 'broken.mjs')).rejects.toThrow(
      /example ended before it was ready \(with code 1\)\.\n {2}no JWT_SECRET\n {2}Its log: /,
    );
  });

  it('leaves nothing running when stopped, neither itself nor what it started', async () => {
    const child = await start();
    const pid = child.pid() ?? 0;
    const helper = await helperPid();
    await child.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await untilGone(helper, 2_000)).toBe(true);
    expect(events).toEqual([]);
  });

  it('is made to end if it does not by itself', async () => {
    const child = await start({ STUBBORN: 'yes' });
    const pid = child.pid() ?? 0;
    await child.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('ends by itself when its parent is killed', async () => {
    const script = fileURLToPath(new URL('../../testing/supervise-and-wait.ts', import.meta.url));
    const parent = fork(script, [join(folder, 'program.mjs'), String(port), join(folder, 'example.log')], {
      execArgv: [],
    });
    const [pid] = await once(parent, 'message');
    expect(isAlive(Number(pid))).toBe(true);
    parent.kill('SIGKILL');
    expect(await untilGone(Number(pid), 10_000)).toBe(true);
  });
});
