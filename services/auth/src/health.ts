import type { Log } from '@banyan/serving';
import type { Express } from 'express';
import type { Knex } from 'knex';

export interface HealthDeps {
  readonly db: Knex;
  readonly log: Log;
}

/**
 * For whoever runs this service, and no part of the contract. `healthz`: it answers at all. `readyz`: it can do its
 * work, which it can't while the accounts are the monolith's alone.
 */
export function bindHealth(app: Express, { db, log }: HealthDeps): void {
  app.get('/services/auth/healthz', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'ok' });
  });
  app.get('/services/auth/readyz', async (_request, response) => {
    const reason = await whyNotReady(db, log);
    response.set('cache-control', 'no-store');
    if (reason === undefined) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'not ready', reason });
  });
}

async function whyNotReady(db: Knex, log: Log): Promise<'seam' | 'database' | undefined> {
  try {
    return (await isSeamInAuth(db)) ? undefined : 'seam';
  } catch (err) {
    log.warn({ err }, 'not ready: the database does not answer');
    return 'database';
  }
}

/** Whether the accounts are in schema `auth`, and this role may work on them. */
async function isSeamInAuth(db: Knex): Promise<boolean> {
  const { rows } = await db
    .raw(
      `SELECT to_regclass('auth.users') IS NOT NULL
        AND to_regclass('auth.signing_keys') IS NOT NULL
        AND has_any_column_privilege(to_regclass('auth.users'), 'UPDATE') AS ready`,
    )
    .timeout(1_000);
  return rows[0]?.ready === true;
}
