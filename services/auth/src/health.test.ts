import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { advance, back } from './seam/move.ts';
import { clientOf, registerUser } from './testing/clients.ts';
import { startTestService, type TestService } from './testing/test-service.ts';

describe('the auth service', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service?.stop());

  const healthz = () => request(service.url).get('/services/auth/healthz');
  const readyz = () => request(service.url).get('/services/auth/readyz');

  it('is ready while the accounts are in its schema, and says that it is not while they are not', async () => {
    await readyz().expect(200, { status: 'ready' }).expect('cache-control', 'no-store');
    await back(service.db);
    await readyz().expect(503, { status: 'not ready', reason: 'seam' });
    await healthz().expect(200, { status: 'ok' });
    await advance(service.db);
    await readyz().expect(200);
  });

  it('tells whoever it can’t serve, while the accounts are not in its schema, to come again', async () => {
    const ada = await registerUser(service.url);
    const client = clientOf(service.url);
    await back(service.db);
    for (const answer of [
      await client.me(ada),
      await client.login(ada.user.email),
      await client.refresh(ada.refreshToken),
      await client.logout(ada),
      await client.forgot(ada.user.email),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.body.error.code).toBe('unavailable');
      expect(answer.headers['retry-after']).toBe('1');
    }
    await advance(service.db);
    await client.me(ada).expect(200);
    await client.refresh(ada.refreshToken).expect(200);
  });

  it('is not ready, and tells clients to come again, without its database', async () => {
    const away = await startTestService({
      config: { databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' },
    });
    try {
      await request(away.url)
        .get('/services/auth/readyz')
        .expect(503, { status: 'not ready', reason: 'database' });
      await request(away.url).get('/services/auth/healthz').expect(200);
      await clientOf(away.url).login('ada@example.com').expect(503).expect('retry-after', '1');
    } finally {
      await away.stop();
    }
  });
});
