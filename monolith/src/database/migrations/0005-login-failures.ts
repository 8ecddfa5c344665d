import type { Knex } from 'knex';

/** Counts of failed logins, in the layout of rate-limiter-flexible. `expire` is in milliseconds since 1970. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE login_failures (
      key text PRIMARY KEY,
      points integer NOT NULL DEFAULT 0,
      expire bigint
    );
    CREATE INDEX login_failures_expire ON login_failures (expire);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE login_failures');
}
