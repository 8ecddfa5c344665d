import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, connect, createLog, type Log, listen, systemClock } from '@banyan/serving';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { migrate } from './database/migrate.ts';
import { createMailer, type Mailer } from './mail/mailer.ts';
import { upgradesToWebSocket } from './waitlists/live/attach-live.ts';

export interface Monolith {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Not ready from now on, then: what is in flight is finished, streams and boards are told farewell, timers are
   * stopped, the pool is closed. Done within `drainSeconds` and a little. Calling it again waits for the same stop.
   */
  stop(): Promise<void>;
}

/** What tests replace. */
export interface Parts {
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly log: Log;
}

/** Migrates, starts and listens. @throws if the database can't be reached or the port is taken */
export async function startMonolith(config: Config, parts: Partial<Parts> = {}): Promise<Monolith> {
  const {
    clock = systemClock,
    log = createLog('monolith', config.logLevel),
    mailer = createMailer(config),
  } = parts;
  await migrate(config.databaseUrl);
  const db = connect({
    url: config.databaseUrl,
    applicationName: 'banyan-monolith',
    poolSize: config.databasePoolSize,
    log,
  });
  const app = await createApp({ config, db, clock, mailer, log });
  const closeParts = async () => {
    await withinMs(app.stop(), config.drainSeconds * 1_000);
    mailer.close();
    await withinMs(db.destroy(), 5_000);
  };

  const listening = await listen({
    host: config.host,
    port: config.monolithPort,
    handler: app.express,
    shouldUpgradeCallback: upgradesToWebSocket,
    beforeListening: app.attach,
  }).catch(async (fault: unknown) => {
    await app.drain();
    await closeParts();
    throw fault;
  });
  app.start();
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host}:${listening.port}`;
  log.info({ url }, 'listening');

  async function stop(): Promise<void> {
    log.info('draining');
    const drained = app.drain();
    await listening.close(config.drainSeconds * 1_000);
    await drained;
    await closeParts();
    log.info('stopped');
  }
  let stopped: Promise<void> | undefined;
  return {
    url,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** What is not done by then is left behind: whatever it was, a crash would have left it the same. */
async function withinMs(work: Promise<unknown>, limitMs: number): Promise<void> {
  const limit = new AbortController();
  await Promise.race([work, sleep(limitMs, undefined, limit).catch(() => undefined)]);
  limit.abort();
}
