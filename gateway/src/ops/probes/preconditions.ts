import type { Precondition } from '../../cutover/judge-transition.ts';
import type { Survey } from './survey.ts';

/** What must hold before the service is sent traffic. Pure. */
export function preconditionsOf({ service, seam }: Survey): readonly Precondition[] {
  return [
    {
      name: 'service-url',
      met: service !== undefined,
      detail: service === undefined ? 'the plan names no service' : 'the plan names a service',
    },
    ...(service === undefined ? [] : [{ name: 'service-ready', met: service.ready, detail: service.detail }]),
    ...(seam === undefined ? [] : [seamReady(seam)]),
  ];
}

function seamReady(seam: NonNullable<Survey['seam']>): Precondition {
  if (!seam.ok) return { name: 'seam-ready', met: false, detail: seam.message };
  const { ready, state, next } = seam.report;
  const advice = ready || next === null ? '' : `: advance it to ${next}`;
  return { name: 'seam-ready', met: ready, detail: `the seam is at ${state}${advice}` };
}
