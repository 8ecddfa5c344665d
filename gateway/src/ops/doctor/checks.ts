import type { DoctorCheck } from '../api/schemas.ts';

export function ok(name: string, detail: string): DoctorCheck {
  return { name, verdict: 'ok', detail };
}

export function warn(name: string, detail: string, advice: string): DoctorCheck {
  return { name, verdict: 'warn', detail, advice };
}

export function fail(name: string, detail: string, advice: string): DoctorCheck {
  return { name, verdict: 'fail', detail, advice };
}
