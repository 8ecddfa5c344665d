import type pg from 'pg';
import { migrations } from './migrations.ts';

/** Any number, as long as nothing else in this database takes the same lock. */
const advisoryLock = 7_402_661_040;

/**
 * Brings schema `gateway` to the newest layout, all of it or nothing. Several gateways may start at once: one migrates, the
 * others wait for it.
 */
export async function migrate(client: pg.ClientBase): Promise<void> {
  if ((await missing(client)).length === 0) return;
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
    // Not IF NOT EXISTS: that asks for the right to create even where there is nothing to do.
    const schema = await client.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'gateway'`);
    if (schema.rowCount === 0) await client.query('CREATE SCHEMA gateway');
    await client.query(`
      CREATE TABLE IF NOT EXISTS gateway.migrations (
        name text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
      )
    `);
    for (const { name, sql } of await missing(client)) {
      await client.query(sql);
      await client.query('INSERT INTO gateway.migrations (name) VALUES ($1)', [name]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function missing(client: pg.ClientBase): Promise<typeof migrations> {
  const there = await client.query(`SELECT to_regclass('gateway.migrations') IS NOT NULL AS there`);
  if (there.rows[0]?.there !== true) return migrations;
  const { rows } = await client.query<{ name: string }>('SELECT name FROM gateway.migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}
