import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { until } from '@banyan/serving/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { registerUser } from './testing/register-user.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

describe('the process', () => {
  let database: TestDatabase;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'monolith-process-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      MONOLITH_PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: database.url,
      JWT_SECRET: 'j'.repeat(32),
      IDEMPOTENCY_SECRET: 'i'.repeat(32),
      GUEST_TOKEN_SECRET: 'g'.repeat(32),
      PUBLIC_URL: 'http://waitlist.test',
      SMTP_URL: 'smtp://127.0.0.1:9',
      UPLOADS_DIR: join(folder, 'uploads'),
      BCRYPT_COST: '4',
      DRAIN_SECONDS: '5',
      ...changes,
    };
  }

  /** As its parent over IPC, to be told where it listens. */
  async function start(changes: NodeJS.ProcessEnv = {}) {
    const child = fork(main, {
      env: environment(changes),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    children.push(child);
    const [message] = await once(child, 'message');
    const { url } = z.object({ type: z.literal('listening'), url: z.url() }).parse(message);
    return { child, url, exited: once(child, 'exit') };
  }

  async function run(changes: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [main], { env: environment(changes) });
    children.push(child);
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { stderr, code };
  }

  it('does not start with a wrong environment, and says all that is wrong with it', async () => {
    const { code, stderr } = await run({ JWT_SECRET: 'hunter2', MONOLITH_PORT: 'x', DATABASE_URL: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The monolith can't start/);
    for (const name of ['JWT_SECRET', 'MONOLITH_PORT', 'DATABASE_URL'])
      expect(stderr).toContain(`  ${name} `);
    expect(stderr).not.toContain('hunter2');
  });

  it('does not start without a database, and says so in a line', async () => {
    const { code, stderr } = await run({ DATABASE_URL: 'postgres://postgres@127.0.0.1:9/none' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The monolith can't start: .*ECONNREFUSED.*\n$/);
  });

  it('does not start on a port that is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run({ MONOLITH_PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain('EADDRINUSE');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('finishes what is in flight on %s, then ends', async (signal) => {
    const { child, url, exited } = await start();
    await registerUser(url);
    // A request whose body is still on its way when the signal comes.
    const slow = httpRequest(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    slow.write('{"email":"nobody@example.com",');
    await until(async () => (await fetch(`${url}/healthz`)).ok);
    child.kill(signal);
    // Once new connections are refused, it is draining.
    await until(() =>
      fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
        () => false,
        () => true,
      ),
    );
    slow.end('"password":"wrong password"}');
    const [answer] = await once(slow, 'response');
    expect(answer.statusCode).toBe(401);
    expect(answer.headers.connection).toBe('close');
    expect(await exited).toEqual([0, null]);
  });

  it('does not wait for ever for a request that never ends', async () => {
    const { child, url, exited } = await start({ DRAIN_SECONDS: '0' });
    const stuck = httpRequest(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '100' },
    });
    const broken = once(stuck, 'error');
    stuck.flushHeaders();
    await until(async () => (await fetch(`${url}/healthz`)).ok);
    child.kill('SIGTERM');
    await broken;
    expect(await exited).toEqual([0, null]);
  });

  it('ends when the parent that it was started by over IPC is gone', async () => {
    const { child, exited } = await start();
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });
});
