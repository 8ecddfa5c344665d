import { WireConnection, type WireOwner, type WireTarget } from './wire-connection.ts';

/** Connections to one upstream: as many as are needed at once, the last used first, the idle closed before it closes them. */
export interface WirePool {
  acquire(): WireConnection;
  /** One that was never used, and so can't have been closed by the upstream meanwhile. */
  open(): WireConnection;
  close(): void;
}

/** Node's server keeps them for 5 s; others longer. */
const defaultKeptMs = 4_000;
const maxKeptMs = 60_000;
/** The upstream's clock for an idle connection started earlier than ours. */
const marginMs = 1_000;
const sweepEveryMs = 500;

export function createWirePool(
  target: WireTarget,
  callbacks: Omit<WireOwner, 'released' | 'closed'>,
): WirePool {
  const open = new Set<WireConnection>();
  const idle: WireConnection[] = [];
  const owner: WireOwner = {
    ...callbacks,
    clock: callbacks.clock,
    released(connection) {
      connection.idleSince = performance.now();
      idle.push(connection);
    },
    closed(connection) {
      open.delete(connection);
      const at = idle.indexOf(connection);
      if (at !== -1) idle.splice(at, 1);
    },
  };

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const connection of [...idle]) if (isStale(connection, now)) connection.destroy();
  }, sweepEveryMs);
  sweep.unref();

  function openOne(): WireConnection {
    const connection = new WireConnection(target, owner);
    open.add(connection);
    return connection;
  }

  return {
    acquire() {
      for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
        if (connection.usable) return connection;
      }
      return openOne();
    },
    open: openOne,
    close() {
      clearInterval(sweep);
      for (const connection of open) connection.destroy();
    },
  };
}

function isStale(connection: WireConnection, now: number): boolean {
  const { keepAliveMs } = connection;
  const keptMs = keepAliveMs === undefined ? defaultKeptMs : Math.min(keepAliveMs - marginMs, maxKeptMs);
  return now - connection.idleSince > keptMs;
}
