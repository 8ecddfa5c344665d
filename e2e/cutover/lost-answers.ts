import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from '@banyan/contracts';
import type { Seeded } from './seeded.ts';

/** The client's connection goes away at a random moment: before the request arrived, while it is worked on, or never. */
export async function perhapsLost<T>(
  seeded: Seeded,
  withinMs: number,
  call: (options: CallOptions) => Promise<T>,
): Promise<T | undefined> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), seeded.below(withinMs));
  try {
    return await call({ signal: gone.signal });
  } catch (error) {
    if (gone.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export interface Outcome {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: { readonly code: string };
}

const patienceMs = 30_000;

/**
 * A write as a careful client does it: under one key, again and again until it is answered. Every `lossShare`th answer is
 * lost on the way. Answers that say "not now" are no answers.
 */
export async function untilAnswered<T extends Outcome>(
  { seeded, lossShare, onRetry }: { seeded: Seeded; lossShare: number; onRetry?: (why: string) => void },
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const idempotencyKey = randomUUID();
  const deadline = Date.now() + patienceMs;
  for (;;) {
    let why = 'no connection';
    try {
      const answer = seeded.chance(lossShare)
        ? await perhapsLost(seeded, 25, (options) => call({ ...options, idempotencyKey }))
        : await call({ idempotencyKey });
      if (answer !== undefined && !isPassing(answer)) return answer;
      why = answer === undefined ? 'lost' : `${answer.status} ${answer.error?.code}`;
      if (Date.now() > deadline) throw new Error(`still answered ${why} after ${patienceMs} ms`);
    } catch (error) {
      // What `fetch` throws when the server is gone, or goes away in the middle.
      if (!(error instanceof TypeError) || Date.now() > deadline) throw error;
    }
    onRetry?.(why);
    await delay(5 + seeded.below(20));
  }
}

function isPassing({ status, error }: Outcome): boolean {
  return [502, 503, 504].includes(status) || error?.code === 'idempotency_in_progress';
}
