import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@banyan/serving';
import pg from 'pg';

/** What is done about one channel's notices. */
export interface Hearing {
  readonly onNotice: (payload: string) => void;
  /** It listens from now on. What was announced while nobody did is lost. */
  readonly onListening: () => void;
}

export interface Listener {
  /** Before it is started. */
  hear(channel: string, hearing: Hearing): void;
  /** Listens from now on, and again after each loss of the connection, until stopped. */
  start(): void;
  stop(): Promise<void>;
}

export interface ListenerDeps {
  readonly databaseUrl: string;
  readonly log: Log;
}

const applicationName = 'banyan-monolith-changes';
const checkEveryMs = 15_000;
const answerWithinMs = 5_000;
const minPauseMs = 100;
const maxPauseMs = 5_000;

/** The one connection of this process that listens to what others announce (`NOTIFY`), on however many channels. */
export function createListener({ databaseUrl, log }: ListenerDeps): Listener {
  const hearings = new Map<string, Hearing>();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    let pauseMs = minPauseMs;
    while (!stopping.signal.aborted) {
      const outcome = await listenUntilLost(databaseUrl, hearings, stopping.signal, () => {
        pauseMs = minPauseMs;
      });
      if (stopping.signal.aborted) return;
      log.warn({ err: outcome, retryInMs: pauseMs }, 'lost the connection that listens for changes');
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
    }
  }

  return {
    hear(channel, hearing) {
      hearings.set(channel, hearing);
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

/** Never rejects. @returns why it ended; undefined if it was stopped */
async function listenUntilLost(
  databaseUrl: string,
  hearings: ReadonlyMap<string, Hearing>,
  stop: AbortSignal,
  onConnected: () => void,
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
  client.on('notification', ({ channel, payload }) => hearings.get(channel)?.onNotice(payload ?? ''));
  const check = setInterval(() => client.query('SELECT 1').catch(end), checkEveryMs);
  try {
    await client.connect();
    for (const channel of hearings.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    onConnected();
    for (const { onListening } of hearings.values()) onListening();
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
