import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { isMigrated, migrate } from './migrate.ts';

describe('migrate', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
    // Back to an empty database: tests are given one that is migrated.
    await database.knex.raw('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });
  afterEach(() => database.drop());

  it('lets several processes start at once on an empty database', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(await isMigrated(database.knex)).toBe(true);
    expect(await database.knex('knex_migrations')).toHaveLength(5);
  });

  it('changes nothing that is there already', async () => {
    await migrate(database.url);
    const before = await database.knex('knex_migrations');
    await migrate(database.url);
    expect(await database.knex('knex_migrations')).toEqual(before);
  });

  it('is not held up by what a process that was killed half way left behind', async () => {
    await migrate(database.url);
    await database.knex('knex_migrations_lock').update({ is_locked: 1 });
    await database.knex('knex_migrations').where({ name: '0005-login-failures' }).delete();
    await database.knex.raw('DROP TABLE login_failures');
    await migrate(database.url);
    expect(await isMigrated(database.knex)).toBe(true);
  });
});
