import { Socket } from 'node:net';
import pg from 'pg';

export interface Connection {
  readonly client: pg.Client;
  /** At once, also while the server hangs. */
  destroy(): void;
}

/**
 * Every wait is bounded. The server's limits come first, so that it ends what it works on; the client's are for a server
 * that says nothing any more.
 */
export function limitsOf(url: string, name: string) {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 2_000,
    lock_timeout: 2_000,
    statement_timeout: 3_000,
    idle_in_transaction_session_timeout: 5_000,
    query_timeout: 4_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  } as const;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly name: string;
  /** May be called more than once, and also after `destroy`. */
  readonly onLost: (error: Error) => void;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

/** A connection of its own, outside any pool, for short statements whose silence is to be noticed soon. */
export async function openConnection({ url, name, onLost, signal }: ConnectionOptions): Promise<Connection> {
  const socket = new Socket();
  const client = new pg.Client({ ...limitsOf(url, name), query_timeout: 2_000, stream: () => socket });
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('connection ended')));
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    await client.connect();
  } catch (error) {
    // Not by `end`, after which a connection that is being made would neither succeed nor fail.
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return {
    client,
    destroy() {
      // Takes leave where that costs no wait; a server that hangs would never let us go.
      void client.end().catch(() => undefined);
      setTimeout(() => socket.destroy(), 100).unref();
    },
  };
}
