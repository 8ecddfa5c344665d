import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@banyan/contracts';
import type { OpsClient } from '../../stack/ops-client.ts';
import type { Whole } from '../../stack/start-whole.ts';
import { describeCounts } from '../distribution.ts';
import { randomMove } from '../move-about.ts';
import { moveSeamBackAndForth } from '../seam/move-seam.ts';
import { createSeeded, type Seeded } from '../seeded.ts';
import { auditApi, auditDatabase } from './audit.ts';
import { keepWriting } from './keep-writing.ts';
import { createLedger, describeWrites } from './ledger.ts';

export interface LedgerRun {
  readonly whole: Whole;
  readonly seed: number;
  readonly writers: number;
  readonly moves: number;
  /** Between two moves, at most. */
  readonly breakMs: number;
  /** How many of the accounts are looked at through each side's API too. */
  readonly auditedShare: number;
}

export interface LedgerReport {
  readonly line: string;
  readonly differences: readonly string[];
  /** Why writes had to be repeated. */
  readonly retries: readonly string[];
}

/** Clients write while auth and its seam move; then the database and both sides are held against what they were told. */
export async function runLedger(run: LedgerRun): Promise<LedgerReport> {
  const { whole, seed } = run;
  const seeded = createSeeded(seed);
  const ledger = createLedger();
  const retries: string[] = [];
  const stop = new AbortController();
  const client = createClient({ baseUrl: whole.gatewayUrl, strict: true });
  const load = Promise.all(
    Array.from({ length: run.writers }, (_, i) =>
      keepWriting(
        { client, ledger, seeded: seeded.fork(i), onRetry: (why) => retries.push(why) },
        stop.signal,
      ),
    ),
  );
  // Awaited below, after moves that may fail themselves.
  load.catch(() => undefined);
  let seamMoves = 0;
  try {
    const ops = await whole.ops();
    for (let move = 0; move < run.moves; move += 1) {
      await delay(seeded.below(run.breakMs));
      seamMoves += await moveOnce(ops, seeded);
    }
  } finally {
    stop.abort();
  }
  await load;

  const { differences, unsureThere } = await auditDatabase(whole.databaseUrl, ledger);
  const sides = await Promise.all(
    [whole.gatewayUrl, whole.monolithUrl, whole.serviceUrl].map((baseUrl) =>
      auditApi(
        createClient({ baseUrl, strict: true }),
        ledger.accounts.filter(() => seeded.chance(run.auditedShare)),
      ),
    ),
  );
  const all = [...differences, ...sides.flat()];
  const line = [
    `ledger (seed ${seed}): ${run.moves} cutovers and rollbacks and ${seamMoves} moves of the seam under load:`,
    `${describeWrites(ledger)} of ${ledger.accounts.length} accounts;`,
    `repeated: ${describeCounts(retries) || 'none'};`,
    `${unsureThere} of ${ledger.unsure.length} registrations without an answer are there;`,
    `${all.length} differences`,
  ].join(' ');
  return { line, differences: all, retries };
}

/** @returns how often the seam moved */
async function moveOnce(ops: OpsClient, seeded: Seeded): Promise<number> {
  const [name, make] = randomMove(ops, 'auth', seeded);
  const changed = await make();
  if (!changed.ok) throw new Error(`${name} was refused: ${changed.code}: ${changed.message}`);
  if (name !== 'rollback' || seeded.chance(0.7)) return 0;
  await moveSeamBackAndForth(ops, 'auth');
  return 2;
}
