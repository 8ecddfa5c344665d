import { connect } from '@banyan/serving';
import type { Knex } from 'knex';
import pg from 'pg';
import * as accounts from './migrations/0001-accounts.ts';
import * as images from './migrations/0002-images.ts';
import * as waitlists from './migrations/0003-waitlists.ts';
import * as notifications from './migrations/0004-notifications.ts';
import * as loginFailures from './migrations/0005-login-failures.ts';

/** Named here rather than found on the disk: the order is visible, and nothing depends on a working directory. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  '0001-accounts': accounts,
  '0002-images': images,
  '0003-waitlists': waitlists,
  '0004-notifications': notifications,
  '0005-login-failures': loginFailures,
};

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => {
    const migration = migrations[name];
    if (migration === undefined) throw new Error(`There is no migration ${name}.`);
    return migration;
  },
};

/** Any number, as long as nothing else in this database takes the same lock. */
const advisoryLock = 7_402_661_001;

/** Brings the database to the newest layout. Several processes may start at once: one migrates, the others wait for it. */
export async function migrate(databaseUrl: string): Promise<void> {
  const guard = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  // Losing the guard's connection is met by the next query; without a listener it would end the process.
  guard.on('error', () => undefined);
  await guard.connect();
  const knex = connect({ url: databaseUrl, applicationName: 'banyan-monolith-migrate', poolSize: 2 });
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    // Knex's own lock is a row, which a killed process leaves behind; ours goes with its connection, so that whoever
    // has it may clear that row.
    await knex.migrate.forceFreeMigrationsLock({ migrationSource: source });
    await knex.migrate.latest({ migrationSource: source });
  } finally {
    await knex.destroy();
    await guard.end();
  }
}

/** Whether the newest migration has been done: what readiness asks. One look at a small table. */
export async function isMigrated(knex: Knex): Promise<boolean> {
  const newest = Object.keys(migrations).at(-1);
  const row: unknown = await knex('knex_migrations')
    .where({ name: newest })
    .timeout(1_000)
    .first(knex.raw('1'));
  return row !== undefined;
}
