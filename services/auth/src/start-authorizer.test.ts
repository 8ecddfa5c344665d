import type { Session } from '@banyan/contracts';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Authorizer, startAuthorizer } from './start-authorizer.ts';
import { bearer, clientOf, registerUser } from './testing/clients.ts';
import { startTestService, type TestService } from './testing/test-service.ts';

describe('the authorizer', () => {
  const clock = createFakeClock();
  let service: TestService;
  let authorizer: Authorizer;
  let ada: Session;
  beforeAll(async () => {
    service = await startTestService({ clock });
    authorizer = startAuthorizer(service.config, clock);
    ada = await registerUser(service.url);
  });
  afterAll(async () => {
    await authorizer?.stop();
    await service?.stop();
  });

  const no = { isAuthorized: false };

  it('names the caller of a good token', async () => {
    const { id: sessionId } = await service.db('sessions').where({ user_id: ada.user.id }).first('id');
    expect(await authorizer.authorize({ headers: bearer(ada) })).toEqual({
      isAuthorized: true,
      context: { userId: ada.user.id, sessionId },
    });
  });

  it('lets nobody else through', async () => {
    const { accessToken } = ada;
    const headers: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: accessToken },
      { authorization: `Basic ${accessToken}` },
      { authorization: `Bearer ${accessToken}x` },
      { authorization: `Bearer ${accessToken},Bearer ${accessToken}` },
      { cookie: `token=${accessToken}` },
    ];
    for (const given of headers) expect(await authorizer.authorize({ headers: given })).toEqual(no);
    expect(await authorizer.authorize({})).toEqual(no);
  });

  it('lets nobody through after a logout, or after the token’s time', async () => {
    const eve = await registerUser(service.url);
    await clientOf(service.url).logout(eve).expect(204);
    expect(await authorizer.authorize({ headers: bearer(eve) })).toEqual(no);
    clock.advance(16 * 60 * 1_000);
    expect(await authorizer.authorize({ headers: bearer(ada) })).toEqual(no);
  });

  it('fails, rather than say no, while the database is away', async () => {
    const away = startAuthorizer({ ...service.config, databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' });
    await expect(away.authorize({ headers: bearer(ada) })).rejects.toThrow();
    await away.stop();
  });
});
