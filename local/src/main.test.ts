import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type WaiteeStatus } from '@banyan/contracts';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import {
  environmentFor,
  type Ready,
  runNpmStart,
  runStart,
  type StartEnvironment,
  type StartRun,
} from '../testing/run-start.ts';
import { makeDemo } from './demo/make-demo.ts';
import { takenPorts } from './ports/check-ports.ts';
import { isAlive, untilGone } from './processes/process-table.ts';
import { removeDataFolder } from './stack/data-folder.ts';

jest.setTimeout(120_000);

let folder: string;
let dataDir: string;
let environment: StartEnvironment;
let runs: StartRun[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-start-'));
  await chmod(folder, 0o711);
  dataDir = join(folder, 'data');
  environment = await environmentFor(dataDir);
  runs = [];
});

afterEach(async () => {
  for (const run of runs) run.send('SIGTERM');
  await Promise.all(runs.map((run) => run.ended));
  await removeDataFolder(dataDir);
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[] = [], env = environment): StartRun {
  const run = runStart(env, args);
  runs.push(run);
  return run;
}

/** The demo's line, as its host sees it: how many guests are in each state. */
async function guestsByStatus({ urls, demo }: Ready): Promise<Partial<Record<WaiteeStatus, number>>> {
  const client = createClient({ baseUrl: urls.gateway, strict: true });
  const session = await client.call('login', {
    body: { email: demo?.email ?? '', password: demo?.password ?? '' },
  });
  if (!session.ok) throw new Error(session.error.message);
  const { accessToken } = session.body;
  const lists = await client.call('listWaitlists', {}, { accessToken });
  if (!lists.ok) throw new Error(lists.error.message);
  const id = lists.body.items.find(({ slug }) => slug === demo?.slug)?.id ?? '';
  const guests = await client.call('listWaitees', { params: { id }, query: { limit: 100 } }, { accessToken });
  if (!guests.ok) throw new Error(guests.error.message);
  const groups = Map.groupBy(guests.body.items, ({ status }) => status);
  return Object.fromEntries([...groups].map(([status, items]) => [status, items.length]));
}

/** Asks for a new password, and waits for the mail in the sink. */
async function mailAfterForgot({ urls, demo }: Ready): Promise<string> {
  const email = demo?.email ?? '';
  await createClient({ baseUrl: urls.gateway, strict: true }).call('forgot', { body: { email } });
  for (;;) {
    const mails = await (await fetch(`${urls.mail}/api/mails?to=${email}`)).text();
    if (mails !== '[]') return mails;
    await delay(50);
  }
}

const demoGuests = { seated: 1, 'no-show': 1, cancelled: 1, called: 1, waiting: 4 };

async function nobodyListens(env: StartEnvironment): Promise<void> {
  const ports = Object.entries(env).filter(([name]) => name.endsWith('_PORT'));
  const uses = ports.map(([variable, port]) => ({ variable, port: Number(port) }));
  expect(await takenPorts(uses, 0)).toEqual([]);
}

describe('npm start', () => {
  it('brings up the whole, leaves no process behind when stopped, and has the same demo data again', async () => {
    const run = start();
    const ready = await run.ready;
    const { urls, pids } = ready;

    const page = await fetch(`${urls.gateway}/join/${ready.demo?.slug}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);
    expect((await fetch(urls.gateway)).status).toBe(200);
    expect((await fetch(`${urls.ops}/readyz`)).status).toBe(200);
    expect((await fetch(`${urls.monolith}/readyz`)).status).toBe(200);
    expect((await fetch(`${urls.mail}/api/mails`)).status).toBe(200);
    const client = new pg.Client({ connectionString: urls.database });
    await client.connect();
    await client.end();
    expect(await guestsByStatus(ready)).toEqual(demoGuests);
    // As the next start does, if this one is cut off before it could note that it was done.
    await makeDemo(urls.gateway);
    expect(await guestsByStatus(ready)).toEqual(demoGuests);
    expect(await mailAfterForgot(ready)).toContain(`${urls.gateway}/`);

    run.send('SIGINT');
    expect(await run.ended).toBe(0);
    for (const pid of Object.values(pids)) expect(pid !== undefined && isAlive(pid)).toBe(false);
    await nobodyListens(environment);
    expect(run.printed()).toMatch(
      /stopping gateway\n.*stopping Lambda host\n.*stopping monolith\n.*stopping mail\n.*stopping PostgreSQL\n/,
    );
  });

  it('finds the PostgreSQL of a run that was killed, whose other parts have ended by themselves', async () => {
    const first = start(['--no-demo']);
    const { pids } = await first.ready;
    first.send('SIGKILL');
    await first.ended;
    const second = start(['--no-demo']);
    const again = await second.ready;
    expect(again.pids.postgres).toBe(pids.postgres);
    expect(second.printed()).toContain('found the PostgreSQL of an earlier run');
    expect(await untilGone(pids.monolith, 10_000)).toBe(true);
    expect(await untilGone(pids.gateway, 10_000)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves nothing behind an npm that ends by %s', async (signal) => {
    const run = runNpmStart(environment, ['--no-demo']);
    runs.push(run);
    const { pids } = await run.ready;
    run.send(signal);
    // Its outputs are closed once the last process that had them is gone.
    await run.ended;
    for (const pid of Object.values(pids)) expect(await untilGone(pid ?? 0, 15_000)).toBe(true);
    await nobodyListens(environment);
  });

  it('starts a part again that was killed', async () => {
    const run = start(['--no-demo']);
    const { pids, urls } = await run.ready;
    process.kill(pids.monolith, 'SIGKILL');
    process.kill(pids.postgres ?? 0, 'SIGKILL');
    process.kill(pids.gateway, 'SIGKILL');
    while (
      !/PostgreSQL is back/.test(run.printed()) ||
      !/monolith is back/.test(run.printed()) ||
      !/gateway is back/.test(run.printed())
    ) {
      await delay(50);
    }
    expect(run.printed()).toContain('monolith ended by SIGKILL');
    const session = await createClient({ baseUrl: urls.gateway }).call('register', {
      body: { email: 'after@banyan.example', password: 'after-the-crash', displayName: 'After' },
    });
    expect(session.status).toBe(201);
  });

  it('runs a second copy beside the first', async () => {
    const other = { ...(await environmentFor(join(folder, 'other'))) };
    const [first, second] = [start(['--no-demo']), start(['--no-demo'], other)];
    await Promise.all([first.ready, second.ready]);
    second.send('SIGTERM');
    expect(await second.ended).toBe(0);
    await nobodyListens(other);
    expect((await fetch((await first.ready).urls.gateway)).status).toBe(200);
    await removeDataFolder(join(folder, 'other'));
  });

  it('refuses a folder that another run is using', async () => {
    await start(['--no-demo']).ready;
    const ports = await environmentFor(dataDir);
    const second = start(['--no-demo'], ports);
    expect(await second.ended).toBe(1);
    expect(second.printed()).toContain(`This folder is in use by process ${runs[0]?.pid}`);
  });

  it('forgets everything with --fresh', async () => {
    const first = start(['--no-demo']);
    const { urls } = await first.ready;
    const account = { email: 'once@banyan.example', password: 'long-enough', displayName: 'Once' };
    await createClient({ baseUrl: urls.gateway }).call('register', { body: account });
    first.send('SIGKILL');
    await first.ended;
    const { urls: freshUrls } = await start(['--fresh', '--no-demo']).ready;
    const again = await createClient({ baseUrl: freshUrls.gateway }).call('register', { body: account });
    expect(again.status).toBe(201);
  });
});

describe('npm start, where it can not', () => {
  it('reports every taken port with who holds it, and starts nothing', async () => {
    const holder = createServer().listen(Number(environment.OPS_PORT), '127.0.0.1');
    await once(holder, 'listening');
    const run = start();
    expect(await run.ended).toBe(1);
    expect(run.printed()).toContain(`${environment.OPS_PORT}  (OPS_PORT)  process ${process.pid}: `);
    holder.close();
    await nobodyListens(environment);
  });

  it('reports every fault of its environment at once', async () => {
    const run = start([], { ...environment, GATEWAY_PORT: 'x', SMTP_URL: 'y' });
    expect(await run.ended).toBe(1);
    expect(run.printed()).toMatch(/GATEWAY_PORT must be a port.*\n.*SMTP_URL must be a URL/);
  });

  it('says which option it does not know, and which it does', async () => {
    const run = start(['--frsh']);
    expect(await run.ended).toBe(2);
    expect(run.printed()).toMatch(/--frsh.*--fresh/s);
  });

  it('removes no folder that it did not make', async () => {
    await writeFile(join(folder, 'precious.txt'), 'mine');
    const run = start(['--fresh'], { ...environment, BANYAN_DATA_DIR: folder });
    expect(await run.ended).toBe(1);
    expect(run.printed()).toContain('was not made by this program');
  });

  it('stops what it has started when it is stopped half way', async () => {
    const run = start(['--no-demo']);
    while (!run.printed().includes('✓ PostgreSQL')) await delay(10);
    run.send('SIGINT');
    expect(await run.ended).toBe(130);
    await nobodyListens(environment);
  });

  it('says what the monolith said when that does not start', async () => {
    const run = start([], { ...environment, ACCESS_TOKEN_MINUTES: 'soon' });
    expect(await run.ended).toBe(1);
    expect(run.printed()).toContain('monolith ended before it was ready');
    expect(run.printed()).toContain('ACCESS_TOKEN_MINUTES');
    await nobodyListens(environment);
  });
});
