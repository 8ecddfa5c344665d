import { createLog } from '@banyan/serving';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { captureMail } from '../testing/captured-mail.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testTokens } from '../waitlists/testing.ts';
import { addCalled, addScene, type Scene } from './testing.ts';
import { createWorker, type WorkerDeps } from './worker.ts';

let database: TestDatabase;
let scene: Scene;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await addScene(database.knex);
});
afterAll(() => database.drop());
beforeEach(() => database.knex('notifications').delete());

function depsWith(parts: Partial<WorkerDeps>): WorkerDeps {
  return {
    db: database.knex,
    mailer: captureMail(),
    guestTokenOf: testTokens.tokenOf,
    publicUrl: 'https://waitlist.test',
    log: createLog('test', 'silent'),
    intervalSeconds: 3_600,
    drainSeconds: 10,
    ...parts,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

function slowServer() {
  const answer = Promise.withResolvers<void>();
  const server = {
    begun: 0,
    answer: answer.resolve,
    send() {
      server.begun += 1;
      return answer.promise;
    },
  };
  return server;
}

const statuses = () => database.knex('notifications').orderBy('status').pluck('status');

describe('the worker', () => {
  it('sends at its start what became due while nothing ran, and each interval what came since', async () => {
    await addCalled(database.knex, scene);
    const mailer = captureMail();
    const worker = createWorker(depsWith({ mailer, intervalSeconds: 0.02 }));
    worker.start();
    await until(() => mailer.sent.length === 1);
    await addCalled(database.knex, scene);
    await until(() => mailer.sent.length === 2);
    await worker.stop();
    expect(await statuses()).toEqual(['sent', 'sent']);
  });

  it('finishes on stop what it is sending, and begins nothing more', async () => {
    for (let count = 0; count < 6; count += 1) await addCalled(database.knex, scene);
    const mailer = slowServer();
    const worker = createWorker(depsWith({ mailer }));
    worker.start();
    await until(() => mailer.begun === 4);
    const stopped = worker.stop();
    mailer.answer();
    await stopped;
    expect(mailer.begun).toBe(4);
    expect(await statuses()).toEqual(['due', 'due', 'sent', 'sent', 'sent', 'sent']);
  });

  it('does not wait on stop for a mail server that never answers: its claim stays, to be taken up', async () => {
    await addCalled(database.knex, scene);
    const mailer = slowServer();
    const worker = createWorker(depsWith({ mailer, drainSeconds: 0.01 }));
    worker.start();
    await until(() => mailer.begun === 1);
    await worker.stop();
    expect(await statuses()).toEqual(['sending']);
    mailer.answer();
  });

  it('goes on at the next interval when the database was away', async () => {
    await addCalled(database.knex, scene);
    const mailer = captureMail();
    let failures = 0;
    const db = new Proxy(database.knex, {
      get(target, name, receiver) {
        if (name === 'raw' && failures === 0) {
          failures += 1;
          return () => Promise.reject(new Error('the database is away'));
        }
        return Reflect.get(target, name, receiver);
      },
    });
    const worker = createWorker(depsWith({ db, mailer, intervalSeconds: 0.02 }));
    worker.start();
    await until(() => mailer.sent.length === 1);
    await worker.stop();
    expect(failures).toBe(1);
  });
});
