import type { CapabilityPlan, Plan } from '../plan/plan.ts';
import { nearest } from '../plan/plan-faults.ts';
import { OpsError } from './api/ops-error.ts';

/** The capability of this name, or an answer that names the one that was probably meant. */
export function requireCapability(plan: Plan, name: string): CapabilityPlan {
  const found = Object.hasOwn(plan.capabilities, name) ? plan.capabilities[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(plan.capabilities);
  const near = nearest(name, names);
  const hint =
    near !== undefined
      ? `Did you mean ${near}?`
      : names.length === 0
        ? 'The plan has none.'
        : `The plan has ${names.join(', ')}.`;
  throw new OpsError('not-found', `There is no capability ${JSON.stringify(name)}. ${hint}`);
}
