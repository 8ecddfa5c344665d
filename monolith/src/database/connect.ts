import createKnex, { type Knex } from 'knex';

export interface ConnectOptions {
  readonly url: string;
  readonly poolSize: number;
}

/**
 * Opens the pool. Every wait on the database is bounded, so that a database that hangs turns into answers of 503 and
 * not into a heap of waiting requests.
 */
export function connect({ url, poolSize }: ConnectOptions): Knex {
  return createKnex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'banyan-monolith',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 15_000,
    },
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: 5_000,
  });
}
