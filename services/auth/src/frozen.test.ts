import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createLog } from '@banyan/serving';
import { createHttpHandler, type HttpHandler } from '@banyan/serving/lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { type AuthService, startAuth } from './start-auth.ts';
import { type AuthDatabase, createAuthDatabase } from './testing/auth-database.ts';
import { eventFor } from './testing/lambda-http.ts';
import { testConfig } from './testing/test-config.ts';

const endConnections = `
  import pg from 'pg';
  const client = new pg.Client({ connectionString: process.env.ADMIN_URL });
  await client.connect();
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'banyan-auth' AND datname = $1", [process.env.DATABASE]);
  await client.end();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
`;

describe('an environment that was frozen', () => {
  let database: AuthDatabase;
  let service: AuthService;
  let handler: HttpHandler;
  beforeAll(async () => {
    database = await createAuthDatabase();
    service = startAuth(testConfig(database.urlAs('auth_service')), { log: createLog('test', 'silent') });
    handler = createHttpHandler(service.express);
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  /** This process does nothing meanwhile, as when it is frozen: it does not hear that its connections are closed. */
  function freezeWhileConnectionsEnd(): void {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', endConnections], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: {
        ...process.env,
        ADMIN_URL: process.env.TEST_POSTGRES_URL,
        DATABASE: new URL(database.urlAs('auth_service')).pathname.slice(1),
      },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  const register = (email: string) =>
    handler(
      eventFor({
        method: 'POST',
        path: '/api/auth/register',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: 'correct horse', displayName: 'Ada' }),
      }),
      {} as Context,
    );

  it('serves the first request after it, though its connections have died', async () => {
    expect((await register('before@example.com')).statusCode).toBe(201);
    freezeWhileConnectionsEnd();
    const answer = await register('after@example.com');
    expect(answer).toMatchObject({ statusCode: 201 });
  });
});
