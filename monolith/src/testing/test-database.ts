import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from '@banyan/serving';
import type { Knex } from 'knex';
import pg from 'pg';
import { migrate } from '../database/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  readonly knex: Knex;
  /** Closes the pool and removes the database, also under connections that are still open. */
  drop(): Promise<void>;
}

/** A database of its own, migrated: copied from a template that the first test to need it makes. */
export async function createTestDatabase({ poolSize = 10 } = {}): Promise<TestDatabase> {
  const template = await ensureTemplate();
  const name = `monolith_${randomUUID().replaceAll('-', '')}`;
  await withServer((server) => server.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = databaseUrl(name);
  const knex = connect({ url, applicationName: 'test', poolSize });
  return {
    url,
    knex,
    async drop() {
      await knex.destroy();
      await withServer((server) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** Named by what the migrations say, so that a changed migration makes a new one. */
async function ensureTemplate(): Promise<string> {
  const folder = new URL('../database/migrations/', import.meta.url);
  const digest = createHash('sha256');
  for (const file of readdirSync(folder).sort()) digest.update(readFileSync(new URL(file, folder)));
  const template = `monolith_template_${digest.digest('hex').slice(0, 16)}`;
  await withServer(async (server) => {
    // Test files run in several processes: one makes the template, the others wait. The lock goes with the connection.
    await server.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount !== 0) return;
    const unfinished = `${template}_unfinished`;
    await server.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await server.query(`CREATE DATABASE ${unfinished}`);
    await migrate(databaseUrl(unfinished));
    await server.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
  });
  return template;
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url)
    throw new Error(
      'TEST_POSTGRES_URL is not set: it is the PostgreSQL server that tests make databases on.',
    );
  return url;
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function withServer(work: (server: pg.Client) => Promise<unknown>): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl() });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}
