import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { advanceSql, backSql, prepareSql } from './move-sql.ts';
import { readState, SeamRefusal } from './read-state.ts';
import { type SeamMove, type SeamState, targetOf } from './state.ts';

export { readState, SeamRefusal } from './read-state.ts';

export interface MoveOutcome {
  readonly state: SeamState;
  /** How often the locks were asked for; 0 if there was nothing to do. */
  readonly attempts: number;
  readonly tookMs: number;
  /** How long the longest try took, which is how long a request may have been held up. */
  readonly heldUpMs: number;
}

export interface MoveOptions {
  /** For how long the locks are tried for again. */
  readonly patienceMs?: number;
  readonly random?: () => number;
}

/** Each try may hold requests up for as long as it waits; in between, all of them get through. */
const minPauseMs = 200;
const jitterMs = 400;

/** Moves the tables into schema `auth`. Harmless if they are there. @throws SeamRefusal if it can't be done now */
export function advance(db: Knex, options?: MoveOptions): Promise<MoveOutcome> {
  return moveTo(db, 'advance', options);
}

/** Moves the tables back, with their names, owners and grants as the monolith made them. @throws SeamRefusal as above */
export function back(db: Knex, options?: MoveOptions): Promise<MoveOutcome> {
  return moveTo(db, 'back', options);
}

async function moveTo(
  db: Knex,
  move: SeamMove,
  { patienceMs = 10_000, random = Math.random }: MoveOptions = {},
): Promise<MoveOutcome> {
  const startedAt = performance.now();
  const tookMs = () => Math.round(performance.now() - startedAt);
  let heldUpMs = 0;
  for (let attempts = 0; ; ) {
    const state = await readState(db);
    if (state === targetOf(move)) return { state, attempts, tookMs: tookMs(), heldUpMs };
    attempts += 1;
    const triedAt = performance.now();
    const fault = await attempt(db, move);
    heldUpMs = Math.max(heldUpMs, Math.round(performance.now() - triedAt));
    if (fault === undefined) return { state: targetOf(move), attempts, tookMs: tookMs(), heldUpMs };
    if (tookMs() > patienceMs) throw busy(move, attempts, fault);
    await sleep(minPauseMs + random() * jitterMs);
  }
}

/** @returns why it has to be tried again, if it has */
async function attempt(db: Knex, move: SeamMove): Promise<unknown> {
  try {
    if (move === 'advance') await db.raw(prepareSql);
    await db.raw(move === 'advance' ? advanceSql : backSql);
    return undefined;
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    if (passing.has(String(code))) return fault;
    if (code === dependentObjects) {
      throw new SeamRefusal(
        'in-use',
        'Something was built on the views that stand for the moved tables: take it away first.',
        { cause: fault },
      );
    }
    throw fault;
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const passing = new Set([
  '55P03', // lock not available in time
  '57014', // statement time-out, which is how the wait for several locks ends
  '40P01', // deadlock
  '55000', // another move was faster
]);
const dependentObjects = '2BP01';

function busy(move: SeamMove, attempts: number, cause: unknown): SeamRefusal {
  return new SeamRefusal(
    'busy',
    `The tables were in use at each of ${attempts} tries to move the seam (${move}): look for a transaction that is open for long.`,
    { cause },
  );
}
