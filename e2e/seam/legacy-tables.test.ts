import { createLegacyTables, readCatalogue } from '@banyan/auth-service/testing';
import { connect } from '@banyan/serving';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../stack/test-database.ts';
import { type MonolithBesideSeam, startMonolithBesideSeam } from './monolith-beside-seam.ts';

let beside: MonolithBesideSeam;
let database: TestDatabase;
beforeAll(async () => {
  beside = await startMonolithBesideSeam();
  database = await createTestDatabase();
});
afterAll(async () => {
  await beside?.stop();
  await database?.drop();
});

it('the tables that the service is tested on are those that the monolith makes', async () => {
  const stoodIn = connect({ url: database.url, applicationName: 'test', poolSize: 1 });
  const real = connect({ url: beside.databaseUrl, applicationName: 'test', poolSize: 1 });
  try {
    await createLegacyTables(stoodIn);
    const wanted = (await readCatalogue(stoodIn)).filter((line) => !line.startsWith('schema '));
    const found = new Set(await readCatalogue(real));
    expect(wanted.length).toBeGreaterThan(100);
    expect(wanted.filter((line) => !found.has(line))).toEqual([]);
    // Nor have the tables that move anything in the monolith that the stand-ins lack.
    const moving = /^public\.(users|sessions|refresh_tokens|password_resets|login_failures)[ _]/;
    expect([...found].filter((line) => moving.test(line) && !wanted.includes(line))).toEqual([]);
  } finally {
    await Promise.all([stoodIn.destroy(), real.destroy()]);
  }
});
