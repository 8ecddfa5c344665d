import type { DoctorCheck } from '../api/schemas.ts';
import type { CutoverAccess } from '../cutovers/cutover-access.ts';
import { fail, ok, warn } from './checks.ts';

const slowMs = 500;

/** Whether a change could be made now, and would be heard of here. */
export async function checkStore({ store, keeper }: CutoverAccess): Promise<DoctorCheck> {
  const { kind, up, reason } = keeper.store();
  const title = `${kind} store`;
  const advice = 'The last good cutovers rule, and none can be changed: bring the store back.';
  const began = performance.now();
  try {
    await store.read();
  } catch {
    return fail(title, 'does not answer', advice);
  }
  const tookMs = performance.now() - began;
  if (!up)
    return fail(
      title,
      `answers, but is not followed${reason === undefined ? '' : `: ${oneLine(reason)}`}`,
      advice,
    );
  const last = [...keeper.current().cutovers.values()]
    .map((it) => it.changedAt ?? '')
    .sort()
    .at(-1);
  const seen = last === undefined || last === '' ? 'no change seen yet' : `last change seen: ${last}`;
  const detail = `answers in ${tookMs.toFixed(1)} ms; ${seen}`;
  if (tookMs <= slowMs) return ok(title, detail);
  return warn(title, detail, 'Changes will take as long as that: look at its load.');
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200);
}
