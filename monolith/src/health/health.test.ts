import { until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('health', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  it('is alive and ready once it listens', async () => {
    await request(app.url).get('/healthz').expect(200, { status: 'ok' });
    await request(app.url).get('/readyz').expect(200, { status: 'ready' });
  });

  it('is alive but not ready while its newest migration is not done', async () => {
    await app.db('knex_migrations').where({ name: '0005-login-failures' }).update({ name: 'renamed' });
    await request(app.url).get('/readyz').expect(503, { status: 'not ready', reason: 'not migrated' });
    await request(app.url).get('/healthz').expect(200);
    await app.db('knex_migrations').where({ name: 'renamed' }).update({ name: '0005-login-failures' });
    await request(app.url).get('/readyz').expect(200);
  });

  it('comes through the loss of every connection to its database', async () => {
    await app.db.raw(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await until(async () => (await fetch(`${app.url}/readyz`)).ok);
    await request(app.url).get('/api/public/waitlists/nobody').expect(404);
  });
});
