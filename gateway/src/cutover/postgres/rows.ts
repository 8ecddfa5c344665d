import type pg from 'pg';
import { type Cutover, type CutoverChange, type CutoverState, type Cutovers, unmoved } from '../cutover.ts';
import { parseState } from '../cutover-state.ts';

/** All cutovers as one statement saw them. */
export interface Reading {
  readonly cutovers: Cutovers;
  /** Differs whenever any row was written in between, by whatever means. */
  readonly mark: string;
}

interface CutoverRow {
  readonly capability: string;
  readonly state: unknown;
  readonly version: number;
  readonly changed_at: Date;
  readonly changed_by: string;
  readonly why: string;
  readonly written: string;
}

const state = `jsonb_build_object(
  'stage', stage, 'rolloutPercent', rollout_percent, 'allow', to_jsonb(allow), 'deny', to_jsonb(deny)
)`;
/** Which transaction wrote the row, and where it lies: cheaper to compare than the row. */
const written = `xmin || ' ' || ctid`;

export async function readCutovers(client: pg.ClientBase | pg.Pool): Promise<Reading> {
  const { rows } = await client.query<CutoverRow>(`
    SELECT capability, ${state} AS state, version, changed_at, changed_by, why, ${written} AS written
    FROM gateway.cutovers ORDER BY capability
  `);
  return { cutovers: new Map(rows.map((row) => [row.capability, cutoverOf(row)])), mark: markOf(rows) };
}

/** As `readCutovers` would have it, for a look each second. */
export async function readMark(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<Pick<CutoverRow, 'capability' | 'written'>>(
    `SELECT capability, ${written} AS written FROM gateway.cutovers ORDER BY capability`,
  );
  return markOf(rows);
}

/** Locked until the transaction ends. */
export async function readCutover(
  client: pg.ClientBase,
  capability: string,
): Promise<{ readonly cutover: Cutover; readonly state: CutoverState }> {
  const { rows } = await client.query<CutoverRow>(
    `SELECT capability, ${state} AS state, version, changed_at, changed_by, why, '' AS written
     FROM gateway.cutovers WHERE capability = $1 FOR UPDATE`,
    [capability],
  );
  const [row] = rows;
  if (row === undefined) return { cutover: unmoved, state: unmoved };
  // As it is written, for the audit log: also what this version can't read.
  return { cutover: cutoverOf(row), state: row.state as CutoverState };
}

function cutoverOf({ state, version, changed_at, changed_by, why }: CutoverRow): Cutover {
  const parsed = parseState(state);
  const by = { version, changedAt: changed_at.toISOString(), changedBy: changed_by, why };
  return Object.freeze(
    parsed.ok ? { ...parsed.state, ...by } : { ...unmoved, ...by, unreadable: parsed.fault },
  );
}

function markOf(rows: readonly Pick<CutoverRow, 'capability' | 'written'>[]): string {
  return rows.map(({ capability, written }) => `${capability} ${written}`).join('\n');
}

export const changeColumns =
  'id, capability, version, kind, at, by, why, forced, reverts, from_state, to_state';

export interface ChangeRow {
  readonly id: string;
  readonly capability: string;
  readonly version: number;
  readonly kind: CutoverChange['kind'];
  readonly at: Date;
  readonly by: string;
  readonly why: string;
  readonly forced: boolean;
  readonly reverts: string | null;
  readonly from_state: CutoverState;
  readonly to_state: CutoverState;
}

export function changeOf({ at, reverts, from_state, to_state, ...row }: ChangeRow): CutoverChange {
  return {
    ...row,
    at: at.toISOString(),
    ...(reverts === null ? {} : { reverts }),
    from: from_state,
    to: to_state,
  };
}
