import createKnex, { type Knex } from 'knex';
import type { Log } from '../log.ts';
import type { ConnectionCheck } from './idle-check.ts';

export interface ConnectOptions {
  readonly url: string;
  /** Whose connections these are, for whoever looks at the server's list of them. */
  readonly applicationName: string;
  readonly poolSize: number;
  /** For what happens to connections that nobody is using, as when the database restarts. */
  readonly log?: Log;
  /** Asked before a connection is used; without it, one is used that is not known to be closed. */
  readonly check?: ConnectionCheck;
}

/**
 * Opens the pool. Every wait on the database is bounded, so that a database that hangs turns into answers of 503 and
 * not into a heap of waiting requests.
 */
export function connect({ url, applicationName, poolSize, log, check }: ConnectOptions): Knex {
  return createKnex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 15_000,
    },
    pool: { min: 0, max: poolSize, ...(check && { validate: check }) },
    acquireConnectionTimeout: 5_000,
    // Knex would write lines of its own kind to the console.
    log: {
      debug: (message: unknown) => log?.debug({ detail: String(message) }, 'database'),
      deprecate: (message: unknown) => log?.warn({ detail: String(message) }, 'database'),
      warn: (message: unknown) => log?.warn({ detail: String(message) }, 'database'),
      error: (message: unknown) => log?.warn({ detail: String(message) }, 'database'),
    },
  });
}
