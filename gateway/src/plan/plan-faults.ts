import type { z } from 'zod';
import { knownKeys, type Plan, type PlanInput, planSchema } from './plan.ts';

export interface PlanFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Whether the path names a key that is there and shouldn't be. */
  readonly unknownKey?: boolean;
}

export type ParsedPlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly faults: readonly PlanFault[] };

/** Checks a whole plan. Reports every fault, not the first. */
export function parsePlan(input: PlanInput | unknown): ParsedPlan {
  const result = planSchema.safeParse(input);
  if (result.success) return { ok: true, plan: result.data };
  return { ok: false, faults: result.error.issues.flatMap(faultsOf) };
}

/** For plans that are written in code, where a fault is a bug. */
export function definePlan(input: PlanInput): Plan {
  const parsed = parsePlan(input);
  if (parsed.ok) return parsed.plan;
  throw new TypeError(
    `The plan has faults:\n${parsed.faults.map((fault) => `  ${describe(fault)}`).join('\n')}`,
  );
}

export function describe(fault: PlanFault): string {
  return `${pathText(fault.path)}: ${fault.message}`;
}

export function pathText(path: readonly (string | number)[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text === '' ? 'plan' : text.replace(/^\./, '');
}

function faultsOf(issue: z.core.$ZodIssue): PlanFault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: messageOf(issue) }];
  const place = path.map((part, i) => (path[0] === 'capabilities' && i === 1 ? '*' : part)).join('.');
  return issue.keys.map((key) => {
    const near = nearest(key, knownKeys[place] ?? []);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return { path: [...path, key], message: `unknown key${hint}`, unknownKey: true };
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is required';
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join('; ');
  return issue.message;
}

export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Levenshtein's, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
