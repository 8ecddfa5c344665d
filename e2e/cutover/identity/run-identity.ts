import { createClient } from '@banyan/contracts';
import type { Whole } from '../../stack/start-whole.ts';
import { moveAbout } from '../move-about.ts';
import { createSeeded } from '../seeded.ts';
import { createFindings, type Fault, faultKinds } from './findings.ts';
import { type Journey, registerAccount } from './journey.ts';
import { walk } from './walk.ts';

export interface IdentityRun {
  readonly whole: Whole;
  readonly seed: number;
  readonly users: number;
  readonly steps: number;
  /** REFRESH_RETRY_GRACE_SECONDS of both sides. */
  readonly graceSeconds: number;
}

export interface IdentityReport {
  readonly line: string;
  readonly faults: readonly Fault[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Several users go their ways side by side, while auth moves to and fro between their steps and during them. */
export async function runIdentity(run: IdentityRun): Promise<IdentityReport> {
  const { whole, seed, users } = run;
  const seeded = createSeeded(seed);
  let steps = 0;
  let last = () => 'legacy';
  const findings = createFindings(() => `step ${steps}, after a move to ${last()}`);
  const clientOf = (baseUrl: string) => createClient({ baseUrl, strict: true });
  const common = {
    findings,
    graceMs: run.graceSeconds * 1_000,
    gateway: clientOf(whole.gatewayUrl),
    sides: [clientOf(whole.monolithUrl), clientOf(whole.serviceUrl)],
    mailsTo: whole.mailsTo,
  };
  // The first accounts and tokens are the monolith's, made before anything moves.
  const journeys = await Promise.all(
    Array.from({ length: users }, async (_, i): Promise<Journey> => {
      const journey = { ...common, name: `user ${i}`, seeded: seeded.fork(i) };
      return { ...journey, account: await registerAccount(journey) };
    }),
  );
  const moves = moveAbout({
    ops: await whole.ops(),
    capability: 'auth',
    seeded: seeded.fork('moves'),
    breakMs: 150,
  });
  last = moves.last;
  const more = () => {
    if (steps >= run.steps) return false;
    steps += 1;
    return true;
  };
  await Promise.all(journeys.map((journey) => walk(journey, more)));
  await moves.stop().catch((error: unknown) => findings.report('unexpected', String(error)));

  const faults = findings.faults();
  const kinds = faultKinds.map((kind) => `${faults.filter((fault) => fault.kind === kind).length} ${kind}`);
  const counts = findings.counts();
  const counted = [...counts].map(([what, times]) => `${what} ${times}`);
  return {
    line: `identity (seed ${seed}): ${steps} steps of ${users} users, ${moves.count()} changes: ${kinds.join(', ')}; ${counted.join(', ')}`,
    faults,
    counts,
  };
}
