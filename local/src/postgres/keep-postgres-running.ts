import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresOptions, type PostgresServer, startPostgres } from './start-postgres.ts';

export interface KeptPostgres {
  readonly server: () => PostgresServer;
  readonly stop: () => Promise<void>;
}

export interface PostgresEvents {
  readonly died: (pid: number) => void;
  readonly back: (pid: number) => void;
  readonly failed: (reason: string) => void;
}

const lookEveryMs = 250;

/** Starts PostgreSQL, and starts it again if it ends: a server that was taken over sends no event when it does. */
export async function keepPostgresRunning(
  options: PostgresOptions,
  events: PostgresEvents,
): Promise<KeptPostgres> {
  let server = await startPostgres(options);
  const stopping = new AbortController();

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(lookEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (stopping.signal.aborted || server.isRunning()) continue;
      events.died(server.pid);
      try {
        server = await startPostgres(options);
        events.back(server.pid);
      } catch (error) {
        events.failed(error instanceof Error ? error.message : String(error));
        return;
      }
    }
  }
  const watched = watch();

  return {
    server: () => server,
    stop: async () => {
      stopping.abort();
      await watched;
      await server.stop();
    },
  };
}
