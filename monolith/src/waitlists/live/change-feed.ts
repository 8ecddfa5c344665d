import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@banyan/serving';
import pg from 'pg';
import { changeChannel } from './announce-change.ts';

export interface ChangeFeed {
  /**
   * Calls `onChange` after each committed change of the list, made by whichever process, and after each time that
   * changes may have been missed. It may come without a change, and once for several. @returns what ends it
   */
  subscribe(waitlistId: string, onChange: () => void): () => void;
  /** Listens from now on, and again after each loss of the connection, until stopped. */
  start(): void;
  stop(): Promise<void>;
}

export interface ChangeFeedDeps {
  readonly databaseUrl: string;
  readonly log: Log;
}

const applicationName = 'banyan-monolith-changes';
const checkEveryMs = 15_000;
const answerWithinMs = 5_000;
const minPauseMs = 100;
const maxPauseMs = 5_000;

/** One connection of this process that listens for `announceChange`, whatever the number of those who follow lists. */
export function createChangeFeed({ databaseUrl, log }: ChangeFeedDeps): ChangeFeed {
  const subscribers = new Map<string, Set<() => void>>();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  function tell(waitlistId: string): void {
    for (const onChange of subscribers.get(waitlistId) ?? []) onChange();
  }

  async function run(): Promise<void> {
    let pauseMs = minPauseMs;
    while (!stopping.signal.aborted) {
      const outcome = await listenUntilLost(databaseUrl, stopping.signal, {
        onListening() {
          pauseMs = minPauseMs;
          // What was announced while nobody listened is lost: everything may have changed.
          for (const waitlistId of [...subscribers.keys()]) tell(waitlistId);
        },
        onChange: tell,
      });
      if (stopping.signal.aborted) return;
      log.warn({ err: outcome, retryInMs: pauseMs }, 'lost the connection that listens for changes');
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
    }
  }

  return {
    subscribe(waitlistId, onChange) {
      const listeners = subscribers.get(waitlistId) ?? new Set();
      subscribers.set(waitlistId, listeners.add(onChange));
      return () => {
        listeners.delete(onChange);
        if (listeners.size === 0 && subscribers.get(waitlistId) === listeners) subscribers.delete(waitlistId);
      };
    },
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface ListenHooks {
  readonly onListening: () => void;
  readonly onChange: (waitlistId: string) => void;
}

/** Never rejects. @returns why it ended; undefined if it was stopped */
async function listenUntilLost(
  databaseUrl: string,
  stop: AbortSignal,
  { onListening, onChange }: ListenHooks,
): Promise<Error | undefined> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: answerWithinMs,
    // A peer that vanished without a word is found by a question that it does not answer.
    query_timeout: answerWithinMs,
  });
  const { promise: over, resolve: end } = Promise.withResolvers<Error | undefined>();
  const onStop = () => end(undefined);
  stop.addEventListener('abort', onStop, { once: true });
  client.on('error', end);
  client.on('end', () => end(new Error('the server ended the connection')));
  client.on('notification', ({ payload }) => {
    if (payload !== undefined) onChange(payload);
  });
  const check = setInterval(() => client.query('SELECT 1').catch(end), checkEveryMs);
  try {
    await client.connect();
    await client.query(`LISTEN ${changeChannel}`);
    onListening();
    return await over;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearInterval(check);
    stop.removeEventListener('abort', onStop);
    // A dead peer does not answer a farewell either.
    await Promise.race([client.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]);
  }
}
