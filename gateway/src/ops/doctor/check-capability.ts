import type { Cutover } from '../../cutover/cutover.ts';
import type { DoctorCheck } from '../api/schemas.ts';
import type { Survey } from '../probes/survey.ts';
import { fail, ok, warn } from './checks.ts';

/** What is wrong with a side is a failure if callers are sent there, and something to know before if not. Pure. */
export function checkCapability(name: string, cutover: Cutover, survey: Survey): readonly DoctorCheck[] {
  const served = servesCallers(cutover);
  return [
    ...checkStored(name, cutover),
    ...(survey.service === undefined ? [] : [checkService(name, served, survey.service)]),
    ...(survey.seam === undefined ? [] : [checkSeam(name, served, survey.seam)]),
    ...[...clockChecks(name, survey)],
  ];
}

function servesCallers({ stage, rolloutPercent, allow }: Cutover): boolean {
  if (stage === 'rollout') return rolloutPercent > 0 || allow.length > 0;
  return stage === 'live' || stage === 'retired';
}

function checkStored(name: string, { unreadable, stage }: Cutover): readonly DoctorCheck[] {
  if (unreadable === undefined) return [];
  const advice = `Any change puts it right, for example banyan stage ${name} ${stage} --why "put right".`;
  return [fail(`${name} cutover`, `the store’s state makes no sense here: ${unreadable}`, advice)];
}

function checkService(
  name: string,
  served: boolean,
  { ready, detail }: NonNullable<Survey['service']>,
): DoctorCheck {
  const title = `${name} service`;
  if (ready) return ok(title, detail);
  if (served)
    return fail(title, detail, `Callers are sent there: banyan rollback ${name} --why "service down".`);
  return warn(title, detail, 'No caller is sent there; start it before you move the capability.');
}

function checkSeam(name: string, served: boolean, seam: NonNullable<Survey['seam']>): DoctorCheck {
  const title = `${name} seam`;
  if (!seam.ok) {
    const judged = served ? fail : warn;
    return judged(
      title,
      seam.message,
      'See that the seam runs, and that both sides have the same SEAM_TOKEN.',
    );
  }
  const { state, ready } = seam.report;
  if (ready) return ok(title, `at ${state}`);
  if (served)
    return fail(
      title,
      `at ${state}, not ready`,
      `Callers are at the service: banyan rollback ${name} --why "no seam".`,
    );
  return warn(
    title,
    `at ${state}, not ready`,
    `banyan seam ${name} advance --why "get ready", before you move it.`,
  );
}

const maxClockAheadMs = 5_000;

function* clockChecks(name: string, { service, seam }: Survey): Generator<DoctorCheck> {
  const aheads = { service: service?.clockAheadMs, seam: seam?.ok ? seam.clockAheadMs : undefined };
  for (const [which, aheadMs] of Object.entries(aheads)) {
    if (aheadMs === undefined) continue;
    const seconds = Math.abs(aheadMs / 1_000).toFixed(1);
    const title = `${name} ${which} clock`;
    const detail = `${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this gateway’s`;
    if (Math.abs(aheadMs) <= maxClockAheadMs) yield ok(title, 'within 5 s of this gateway’s');
    else yield warn(title, detail, 'Tokens expire by the clock: set both machines by NTP.');
  }
}
