import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { authEntries, authExternal } from './entries.ts';
import { measureStart } from './measure-start.ts';
import { type AuthDatabase, createAuthDatabase } from './testing/auth-database.ts';
import { eventFor } from './testing/lambda-http.ts';
import { testEnvironment } from './testing/test-config.ts';

const maxBytes = 3 * 1_024 * 1_024;
const dist = fileURLToPath(new URL('../dist', import.meta.url));

describe('the bundles of the auth service', () => {
  let database: AuthDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await createAuthDatabase();
    await mkdir(dist, { recursive: true });
    // In the package, so that its native packages are found from there.
    folder = await mkdtemp(join(dist, 'test-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await database?.drop();
  });

  async function bundle(name: keyof typeof authEntries): Promise<string> {
    const outfile = join(folder, `${name}.cjs`);
    await build({
      entryPoints: [authEntries[name]],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      minify: true,
      keepNames: true,
      external: [...authExternal],
      logLevel: 'silent',
    });
    return outfile;
  }

  const post = (path: string, body: object) =>
    eventFor({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('serve from their first call on, with the native packages beside them', async () => {
    const account = { email: 'ada@example.com', password: 'correct horse' };
    const { bytes, initMs, calls } = await measureStart({
      bundle: await bundle('http'),
      environment: testEnvironment(database.urlAs('auth_service'), 'http://127.0.0.1:1'),
      events: [
        eventFor({ method: 'GET', path: '/services/auth/readyz' }),
        post('/api/auth/register', { ...account, displayName: 'Ada' }),
        post('/api/auth/login', account),
        eventFor({ method: 'GET', path: '/.well-known/jwks.json' }),
        eventFor({ method: 'GET', path: '/api/auth/me' }),
      ],
    });
    expect(calls.map(({ status }) => status)).toEqual([200, 201, 200, 200, 401]);
    expect(bytes).toBeLessThan(maxBytes);
    const [first, , , warm] = calls;
    process.stderr.write(
      `auth bundle: ${Math.round(bytes / 1_024)} KB, init ${Math.round(initMs)} ms, first call ${Math.round(first?.tookMs ?? 0)} ms, a warm read ${warm?.tookMs.toFixed(1)} ms\n`,
    );
  });

  it('are small: an authorizer brings neither Express nor a password hash', async () => {
    const { bytes, calls } = await measureStart({
      bundle: await bundle('authorizer'),
      environment: testEnvironment(database.urlAs('auth_service'), 'http://127.0.0.1:1'),
      events: [],
    });
    expect(calls).toEqual([]);
    expect(bytes).toBeLessThan(maxBytes / 2);
  });

  it('say all that is wrong with their environment, and end', async () => {
    const failing = measureStart({ bundle: await bundle('http'), environment: {}, events: [] });
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/DATABASE_URL.*API_URL.*AUTH_KEY_SECRET.*LEGACY_JWT_SECRET/s),
    });
  });
});
