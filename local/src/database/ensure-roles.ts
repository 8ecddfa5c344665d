import pg from 'pg';
import { createRoles, type RolePasswords } from './create-roles.ts';
import { ownDatabase } from './own-database.ts';

export interface RoleOptions {
  /** A superuser's, on the database that all administrators of this server connect to, such as `postgres`. */
  readonly adminUrl: string;
  /** The components' database; made if it is missing. */
  readonly database: string;
  readonly passwords: RolePasswords;
}

/**
 * Makes the database and a role for each component, each with what is its own and no more. Can be done again at any
 * time, beside components that run: what is right already is left alone.
 */
export async function ensureRoles({ adminUrl, database, passwords }: RoleOptions): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    await createRoles(admin, passwords);
    await createDatabase(admin, database);
  });
  const databaseUrl = new URL(adminUrl);
  databaseUrl.pathname = `/${encodeURIComponent(database)}`;
  await asAdmin(databaseUrl.href, (admin) => ownDatabase(admin, database));
}

async function createDatabase(admin: pg.Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount !== 0) return;
  await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`).catch((fault: unknown) => {
    // Somebody else was faster: it is there, by the one check (42P04) or by the other (23505).
    if (!(fault instanceof pg.DatabaseError && ['42P04', '23505'].includes(fault.code ?? ''))) throw fault;
  });
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
