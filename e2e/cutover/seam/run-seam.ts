import type { Whole } from '../../stack/start-whole.ts';
import { describeCounts, describeMs } from '../distribution.ts';
import { type Seen, watchClients } from '../kills/watch-clients.ts';
import { createSeeded } from '../seeded.ts';
import { moveSeamBackAndForth } from './move-seam.ts';

export interface SeamRun {
  readonly whole: Whole;
  readonly seed: number;
  readonly rounds: number;
}

export interface SeamReport {
  readonly line: string;
  readonly failed: readonly Seen[];
  /** What was acknowledged and is there, and what is not. */
  readonly read: readonly string[];
  /** Of the requests that began while the seam moved. */
  readonly longestPauseMs: number;
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/** Both sides serve; then auth is rolled back and its seam goes back and forth at once, under the same load. */
export async function runSeam({ whole, seed, rounds }: SeamRun): Promise<SeamReport> {
  const ops = await whole.ops();
  const clients = await watchClients({
    urls: [whole.gatewayUrl],
    readers: 5,
    writers: 4,
    seeded: createSeeded(seed),
  });
  const seen: Seen[] = [];
  const moves: Span[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const forward = await ops.rollout('auth', 50);
      if (!forward.ok) throw new Error(forward.message);
      await untilWrites(clients.take, seen);
      await ops.rollback('auth');
      // Straight after the rollback: what the service has begun must still end well.
      const from = performance.now();
      await moveSeamBackAndForth(ops, 'auth');
      moves.push({ from, until: performance.now() });
    }
    await untilWrites(clients.take, seen);
  } finally {
    await clients.stop();
  }
  seen.push(...clients.take());

  const pauses = seen
    .filter(({ startedAt }) => moves.some(({ from, until }) => from <= startedAt && startedAt <= until))
    .map(({ startedAt, endedAt }) => endedAt - startedAt);
  const longestPauseMs = Math.max(...pauses);
  const line = [
    `seam (seed ${seed}): ${rounds} times back and forth under load, each time in ${describeMs(moves.map(({ from, until }) => until - from))}`,
    `(a second of it for what is in flight); ${seen.length} requests: ${describeCounts(seen.map(({ what }) => what))};`,
    `the ${pauses.length} that began while it moved took ${describeMs(pauses)}`,
  ].join(' ');
  return {
    line,
    failed: seen.filter(({ what }) => what !== '200'),
    read: await clients.readAll(),
    longestPauseMs,
  };
}

/** Until a number of writes came through. */
async function untilWrites(take: () => readonly Seen[], seen: Seen[]): Promise<void> {
  let writes = 0;
  while (writes < 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const taken = take();
    seen.push(...taken);
    writes += taken.filter(({ kind, what }) => kind === 'write' && what === '200').length;
  }
}
