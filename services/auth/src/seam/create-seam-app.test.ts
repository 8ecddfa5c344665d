import { connect, createLog } from '@banyan/serving';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import type { Knex } from 'knex';
import request from 'supertest';
import { type AuthDatabase, createAuthDatabase } from '../testing/auth-database.ts';
import { readSeamConfig } from './config.ts';
import { createSeamApp } from './create-seam-app.ts';

const seamToken = 'for tests: lets whoever has it move the seam';
const order = { why: 'a test', by: 'ada' };
const inPublic = {
  state: 'in-public',
  states: ['in-public', 'in-auth'],
  ready: false,
  next: 'in-auth',
  previous: null,
};
const inAuth = { ...inPublic, state: 'in-auth', ready: true, next: null, previous: 'in-public' };

describe('the seam protocol', () => {
  let database: AuthDatabase;
  let db: Knex;
  let app: Express;
  beforeAll(async () => {
    database = await createAuthDatabase({ seam: 'in-public' });
    db = connect({ url: database.urlAs('auth_seam'), applicationName: 'test', poolSize: 2 });
    const log = createLog('test', 'silent');
    app = createSeamApp({ db, log, seamToken, moveOptions: { patienceMs: 200 } });
  });
  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });

  const bearer = `Bearer ${seamToken}`;
  const read = () => request(app).get('/seams/auth').set('authorization', bearer);
  const post = (action: string, body: object = order) =>
    request(app).post(`/seams/auth/${action}`).set('authorization', bearer).send(body);

  it('says where it is, and moves there and back', async () => {
    await read().expect(200, inPublic).expect('cache-control', 'no-store');
    const { body } = await post('advance').expect(200);
    expect(body).toEqual({ ...inAuth, took: expect.any(Number) });
    expect((await post('advance').expect(200)).body).toMatchObject(inAuth);
    await read().expect(200, inAuth);
    expect((await post('verify').expect(200)).body).toMatchObject({
      ...inAuth,
      work: { name: 'verify', done: 5, total: 5, failed: 0 },
    });
    expect((await post('back').expect(200)).body).toMatchObject(inPublic);
  });

  it('says with 409 what it can not do now, and why', async () => {
    expect((await post('backfill').expect(409)).body.error.code).toBe('unfit');
    const user = await database.admin.transaction();
    await user('users').first('id');
    expect((await post('advance').expect(409)).body.error.code).toBe('busy');
    await user.rollback();
    await database.admin.raw('ALTER TABLE login_failures RENAME TO elsewhere');
    expect((await read().expect(409)).body.error).toMatchObject({
      code: 'not-migrated',
      message: expect.stringContaining('login_failures'),
    });
    await database.admin.raw('ALTER TABLE elsewhere RENAME TO login_failures');
  });

  it('is for nobody without its token, for looking neither', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer other',
      bearer.toLowerCase(),
      `${bearer} `.repeat(2),
    ]) {
      await request(app).get('/seams/auth').set('authorization', authorization).expect(401);
      await request(app)
        .post('/seams/auth/advance')
        .set('authorization', authorization)
        .send(order)
        .expect(401);
    }
    await read().expect(200, inPublic);
  });

  it('moves for nobody who does not say who, and why', async () => {
    for (const body of [{}, { why: 'x' }, { by: 'x' }, { why: ' ', by: 'x' }, { why: 1, by: 2 }, []]) {
      await post('advance', body).expect(400);
    }
    await post('advance').set('content-type', 'application/json').send('{').expect(400);
    await read().expect(200, inPublic);
  });

  it('has nothing else', async () => {
    await post('retire').expect(404);
    await request(app).get('/seams/other').set('authorization', bearer).expect(404);
  });

  it('says that the database is away, and nothing of where it is', async () => {
    const away = connect({ url: 'postgres://127.0.0.1:1/none', applicationName: 'test', poolSize: 1 });
    const lost = createSeamApp({ db: away, log: createLog('test', 'silent'), seamToken });
    const { text } = await request(lost).get('/seams/auth').set('authorization', bearer).expect(503);
    expect(text).not.toMatch(/127|5432|ECONN/);
    await away.destroy();
  });
});

describe('the seam’s configuration', () => {
  it('names every fault at once, and never a value', () => {
    const outcome = readSeamConfig({ DATABASE_URL: 'mysql://x', SEAM_TOKEN: 'short', LOG_LEVEL: 'loud' });
    expect(outcome).toMatchObject({ ok: false });
    if (outcome.ok) return;
    expect(outcome.faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'SEAM_TOKEN',
    ]);
    expect(outcome.faults.join()).not.toMatch(/mysql|short|loud/);
  });
});
