import { createLog } from '@banyan/serving';
import { until } from '@banyan/serving/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createListener, type Listener } from '../database/listener.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { outgoingMailChannel, wakeOutbox } from './wake-outbox.ts';

describe('an outbox that others write to', () => {
  let database: TestDatabase;
  let listener: Listener;
  let pokes: number;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());
  beforeEach(() => {
    pokes = 0;
    listener = createListener({ databaseUrl: database.url, log: createLog('test', 'silent') });
    wakeOutbox(listener, {
      poke: () => {
        pokes += 1;
      },
    });
    listener.start();
  });
  afterEach(() => listener.stop());

  const announce = (fails: boolean) =>
    database.knex.transaction(async (tx) => {
      await tx.raw('SELECT pg_notify(?, ?)', [outgoingMailChannel, '']);
      if (fails) throw new Error('no');
    });

  it('is poked for what was written while nobody listened, and then at each commit', async () => {
    await until(() => pokes === 1);
    await expect(announce(true)).rejects.toThrow('no');
    await announce(false);
    await until(() => pokes > 1);
    expect(pokes).toBe(2);
  });
});
