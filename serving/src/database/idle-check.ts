/** What is used of a `pg` client. */
export interface Connection {
  query(query: { readonly text: string; readonly query_timeout: number }): Promise<unknown>;
}

export interface IdleCheckOptions {
  /** A connection that was not used for so long has to answer before it is used again. */
  readonly idleMs: number;
  /** How long it may take for that. */
  readonly answersWithinMs: number;
  readonly nowMs?: () => number;
}

/** Whether a pool may hand a connection out. */
export type ConnectionCheck = (connection: Connection) => Promise<boolean>;

/**
 * Finds connections that died while nobody looked. A process that is frozen between requests, as on Lambda, doesn't
 * hear that its connections were closed, and one behind a firewall that forgot it hears nothing at all: the next request
 * would be sent into the void. By the wall clock, which goes on while a process is frozen.
 */
export function createIdleCheck(options: IdleCheckOptions): ConnectionCheck {
  const { idleMs, answersWithinMs, nowMs = Date.now } = options;
  const lastUsedMs = new WeakMap<Connection, number>();
  /** Whoever was idle at that time is taken for dead as well: to wait for each of a whole pool would take too long. */
  let deadIfIdleAtMs = Number.NEGATIVE_INFINITY;

  return async (connection) => {
    const now = nowMs();
    const usedAt = lastUsedMs.get(connection);
    lastUsedMs.set(connection, now);
    // A new one, which has just answered; or one that was in use lately.
    if (usedAt === undefined || Math.abs(now - usedAt) < idleMs) return true;
    if (usedAt <= deadIfIdleAtMs) return false;
    try {
      await connection.query({ text: 'SELECT 1', query_timeout: answersWithinMs });
      return true;
    } catch {
      deadIfIdleAtMs = now - idleMs;
      return false;
    }
  };
}
