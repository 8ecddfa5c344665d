import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The files that export a `handler` for AWS Lambda: each is bundled to a function of its own. */
export const authEntries = {
  http: here('./handler.ts'),
  authorizer: here('./authorizer.ts'),
  seam: here('./seam/handler.ts'),
} as const;

/**
 * What a bundle leaves out: native packages, which are shipped beside it, and drivers of other databases, which knex
 * names and never loads for PostgreSQL.
 */
export const authExternal: readonly string[] = [
  '@node-rs/argon2',
  '@node-rs/bcrypt',
  'better-sqlite3',
  'mariadb/callback',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'sqlite3',
  'tedious',
];
