import type { Log } from '@banyan/serving';
import type { Express } from 'express';
import type { Knex } from 'knex';
import { isMigrated } from '../database/migrate.ts';

export interface HealthDeps {
  readonly db: Knex;
  readonly log: Log;
  /** Whether this process was asked to stop. */
  readonly isDraining: () => boolean;
}

/**
 * For whoever runs this process, and no part of the contract. `/healthz`: it answers at all, restart it if not.
 * `/readyz`: it can do its work, send it no requests if not.
 */
export function bindHealth(app: Express, { db, log, isDraining }: HealthDeps): void {
  app.get('/healthz', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const reason = isDraining() ? 'draining' : await databaseFault(db, log);
    response.set('cache-control', 'no-store');
    if (reason === undefined) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'not ready', reason });
  });
}

async function databaseFault(db: Knex, log: Log): Promise<string | undefined> {
  try {
    return (await isMigrated(db)) ? undefined : 'not migrated';
  } catch (err) {
    log.warn({ err }, 'not ready: the database does not answer');
    return 'database';
  }
}
