import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { connect } from '../database/connect.ts';

export interface TestSchema {
  readonly db: Knex;
  drop(): Promise<void>;
}

/** A schema of its own on the server of the tests, for what needs a table or two and no application. */
export async function createTestSchema(ddl: string): Promise<TestSchema> {
  const given = process.env.TEST_POSTGRES_URL;
  if (!given) throw new Error('TEST_POSTGRES_URL is not set: it is the server that tests make schemas on.');
  const name = `serving_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(given);
  url.searchParams.set('options', `-c search_path=${name}`);
  const db = connect({ url: url.href, applicationName: 'test', poolSize: 8 });
  await db.raw(`CREATE SCHEMA ${name}`);
  await db.raw(ddl);
  return {
    db,
    async drop() {
      await db.raw(`DROP SCHEMA ${name} CASCADE`);
      await db.destroy();
    },
  };
}
