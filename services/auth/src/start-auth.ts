import { type Clock, connect, createIdleCheck, createLog, type Log, systemClock } from '@banyan/serving';
import type { Express } from 'express';
import { type AuthAppDeps, createAuthApp } from './auth-app.ts';
import type { Config } from './config.ts';

export interface AuthService {
  readonly express: Express;
  /** Closes the pool. */
  stop(): Promise<void>;
}

/** What tests replace. */
export interface Parts extends Required<Pick<AuthAppDeps, 'hashFunctions' | 'sendPhoto'>> {
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts without waiting for the database, so that a service whose database is away for a while answers that it is. */
export function startAuth(config: Config, parts: Partial<Parts> = {}): AuthService {
  const { clock = systemClock, log = createLog('auth', config.logLevel), ...replaced } = parts;
  const db = connect({
    url: config.databaseUrl,
    applicationName: 'banyan-auth',
    poolSize: config.databasePoolSize,
    log,
    // An environment is frozen between requests, for how long nobody knows.
    check: createIdleCheck({ idleMs: 1_000, answersWithinMs: 1_000 }),
  });
  return {
    express: createAuthApp({ config, db, clock, log, ...replaced }),
    stop: () => db.destroy(),
  };
}
