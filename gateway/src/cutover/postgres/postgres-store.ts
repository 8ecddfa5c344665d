import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { CutoverChange } from '../cutover.ts';
import { requireState } from '../cutover-state.ts';
import type { ChangeRequest, ChangeResult, CutoverStore, HistoryQuery } from '../cutover-store.ts';
import { limitsOf } from './connection.ts';
import { channel, followPostgres } from './follow-postgres.ts';
import { migrate } from './migrate.ts';
import { type ChangeRow, changeColumns, changeOf, readCutover, readCutovers } from './rows.ts';

export interface PostgresStoreOptions {
  readonly url: string;
  readonly pollEveryMs?: number;
  readonly random?: () => number;
}

/** Changes are made one after the other, so that the audit log's order is the order in which they took effect. */
const changesLock = 7_402_661_041;
/** PostgreSQL's `undefined_table`. */
const undefinedTable = '42P01';
/** A server that hangs doesn't take its leave. */
const closeWithinMs = 1_000;

/**
 * Cutovers in schema `gateway`, for any number of gateways. Connects when first used, and again after any loss. A change
 * whose answer is lost with the connection may have been made: its version tells.
 */
export function createPostgresStore({
  url,
  pollEveryMs = 1_000,
  random = Math.random,
}: PostgresStoreOptions): CutoverStore {
  const pool = new pg.Pool({
    ...limitsOf(url, 'banyan-gateway'),
    max: 2,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
  });
  // An idle connection's end is met by whoever asks next; without a listener it would end the process.
  pool.on('error', () => undefined);
  let migrated = false;
  let closed: Promise<void> | undefined;

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let failure: Error | undefined;
    // Between two statements a lost connection is told by this event alone.
    const onError = (error: Error) => {
      failure = error;
    };
    client.on('error', onError);
    try {
      if (!migrated) await migrate(client);
      migrated = true;
      return await work(client);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      // Somebody has taken the schema away: made anew when asked again.
      if ((error as { code?: unknown }).code === undefinedTable) migrated = false;
      throw error;
    } finally {
      client.off('error', onError);
      client.release(failure);
    }
  }

  return {
    kind: 'postgres',
    read: async () => (await withClient(readCutovers)).cutovers,
    change: (request) => withClient((client) => change(client, request)),
    history: (query) => withClient((client) => history(client, query)),
    follow: async (listener) => followPostgres({ url, listener, pollEveryMs, random }),
    close() {
      closed ??= Promise.race([pool.end(), pause(closeWithinMs, undefined, { ref: false })]);
      return closed;
    },
  };
}

async function change(client: pg.ClientBase, request: ChangeRequest): Promise<ChangeResult> {
  requireState(request.to);
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock($1)', [changesLock]);
  const { cutover: current, state: from } = await readCutover(client, request.capability);
  if (current.version !== request.expectedVersion) {
    await client.query('ROLLBACK');
    return { ok: false, failure: 'version-conflict', current };
  }
  const made = await write(client, request, from);
  await client.query(`NOTIFY ${channel}`);
  await client.query('COMMIT');
  return { ok: true, change: made };
}

async function write(
  client: pg.ClientBase,
  { capability, expectedVersion, to, kind, by, why, forced, reverts }: ChangeRequest,
  from: CutoverChange['from'],
): Promise<CutoverChange> {
  const version = expectedVersion + 1;
  const { rows } = await client.query<ChangeRow>(
    `INSERT INTO gateway.changes (capability, version, kind, at, by, why, forced, reverts, from_state, to_state)
     VALUES ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()), $4, $5, $6, $7, $8, $9)
     RETURNING ${changeColumns}`,
    [capability, version, kind, by, why, forced, reverts ?? null, stateText(from), stateText(to)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the audit row was not written');
  await client.query(
    `INSERT INTO gateway.cutovers
       (capability, stage, rollout_percent, allow, deny, version, changed_at, changed_by, why)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (capability) DO UPDATE SET
       (stage, rollout_percent, allow, deny, version, changed_at, changed_by, why) =
       (excluded.stage, excluded.rollout_percent, excluded.allow, excluded.deny, excluded.version,
        excluded.changed_at, excluded.changed_by, excluded.why)`,
    [capability, to.stage, to.rolloutPercent, to.allow, to.deny, version, row.at, by, why],
  );
  return changeOf(row);
}

function stateText({ stage, rolloutPercent, allow, deny }: CutoverChange['from']): string {
  return JSON.stringify({ stage, rolloutPercent, allow, deny });
}

async function history(
  client: pg.ClientBase,
  { capability, limit, before, id }: HistoryQuery,
): Promise<readonly CutoverChange[]> {
  // Ids come from operators: one that is no number names no change.
  if (![before, id].every((it) => it === undefined || /^\d{1,18}$/.test(it))) return [];
  const { rows } = await client.query<ChangeRow>(
    `SELECT ${changeColumns} FROM gateway.changes
     WHERE ($1::text IS NULL OR capability = $1) AND ($2::bigint IS NULL OR id < $2) AND ($3::bigint IS NULL OR id = $3)
     ORDER BY id DESC LIMIT $4`,
    [capability ?? null, before ?? null, id ?? null, limit],
  );
  return rows.map(changeOf);
}
