import { randomUUID } from 'node:crypto';
import { session } from '@banyan/contracts';
import { pngOf } from '@banyan/contracts/contract-suite';
import { createLog } from '@banyan/serving';
import { createFakeClock, type FakeClock } from '@banyan/serving/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuthDatabase, createAuthDatabase } from '../testing/auth-database.ts';
import { clientOf, testPassword } from '../testing/clients.ts';
import { startTestService, type TestService, type TestServiceOptions } from '../testing/test-service.ts';
import { createSendPhoto, type SendPhoto } from './send-photo.ts';

const hourMs = 60 * 60 * 1_000;

/**
 * A registration with a photo writes thrice: a pending user, the photo, and the user with the answer. Here its process
 * is killed after each.
 */
describe('a registration with a photo that was cut short', () => {
  let clock: FakeClock;
  let database: AuthDatabase;
  let png: Buffer;
  let services: TestService[];
  beforeEach(async () => {
    clock = createFakeClock();
    database = await createAuthDatabase();
    png = Buffer.from(await pngOf(8, 8, [9, 99, 199]).arrayBuffer());
    services = [];
  });
  afterEach(async () => {
    for (const service of services) await service.stop();
    await database.drop();
  });

  async function start(options: Pick<TestServiceOptions, 'sendPhoto'> = {}): Promise<TestService> {
    const service = await startTestService({ database, clock, ...options });
    services.push(service);
    return service;
  }

  const register = ({ url }: TestService, email: string, key: string) =>
    clientOf(url)
      .registerForm({ email, password: testPassword, displayName: 'Ada' })
      .set('idempotency-key', key)
      .attach('photo', png, 'me.png');
  const pendingUsers = () => database.admin('users').where('email', 'like', 'pending:%');
  const images = () => database.admin('images').select('id', 'owner_id');

  /** Kills a service once it has done the work, at which it then hangs. */
  async function killAfter(
    work: (service: TestService) => SendPhoto,
    email: string,
    key: string,
  ): Promise<void> {
    const reached = Promise.withResolvers<void>();
    let dying: TestService | undefined;
    dying = await start({
      async sendPhoto(photo) {
        if (dying !== undefined) await work(dying)(photo);
        reached.resolve();
        await new Promise(() => undefined);
      },
    });
    const answer = register(dying, email, key).catch(() => 'no answer');
    await reached.promise;
    await dying.kill();
    expect(await answer).toBe('no answer');
  }

  const points: readonly (readonly [string, (service: TestService) => SendPhoto, number])[] = [
    ['before its photo was sent', () => async () => undefined, 0],
    [
      'after its photo was taken',
      ({ imagesUrl }) => createSendPhoto({ apiUrl: imagesUrl, log: createLog('test', 'silent') }),
      1,
    ],
  ];

  it.each(points)('%s is done by the same request, sent again', async (_when, work, photosLeft) => {
    const [email, key] = ['ada@example.com', randomUUID()];
    await killAfter(work, email, key);
    expect(await pendingUsers()).toHaveLength(1);
    expect(await images()).toHaveLength(photosLeft);

    const living = await start();
    const made = session.parse((await register(living, email, key).expect(201)).body);
    expect(made.user.photo).not.toBeNull();
    await clientOf(living.url).me(made).expect(200);
    await clientOf(living.url).login(email).expect(200);

    // Sent once more, it is answered with the same, and begins nothing.
    const again = await register(living, email, key).expect(201).expect('idempotency-replayed', 'true');
    expect(again.body).toEqual(made);
    expect(await pendingUsers()).toHaveLength(1);
  });

  it.each(points)('%s leaves nobody behind for more than an hour', async (_when, work) => {
    await killAfter(work, 'ada@example.com', randomUUID());
    const living = await start();
    await register(living, 'bob@example.com', randomUUID()).expect(201);
    expect(await pendingUsers()).toHaveLength(1);
    clock.advance(hourMs + 1);
    // Another environment, since one looks for them now and then only.
    await register(await start(), 'eve@example.com', randomUUID()).expect(201);
    expect(await pendingUsers()).toEqual([]);
    expect(await images()).toHaveLength(2);
    expect(await database.admin('users').select('email')).toHaveLength(2);
  });

  it('after it was done, but before its answer, is answered with what was kept', async () => {
    const [email, key] = ['ada@example.com', randomUUID()];
    const first = await start();
    const made = session.parse((await register(first, email, key).expect(201)).body);
    await first.kill();
    const { body } = await register(await start(), email, key)
      .expect(201)
      .expect('idempotency-replayed', 'true');
    expect(body).toEqual(made);
    expect(await pendingUsers()).toEqual([]);
  });

  it('by a twin under the same key is done once, and its own beginning is taken away', async () => {
    const [email, key] = ['ada@example.com', randomUUID()];
    const both = await start();
    const answers = await Promise.all([1, 2, 3].map(() => register(both, email, key)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    for (const { body } of made) expect(body).toEqual(made[0]?.body);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(await pendingUsers()).toEqual([]);
    expect(await database.admin('users').select('email')).toEqual([{ email }]);
    expect(await images()).toHaveLength(1);
  });
});
