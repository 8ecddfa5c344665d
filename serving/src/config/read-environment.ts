import type { z } from 'zod';

export type EnvironmentOutcome<T> =
  | { readonly ok: true; readonly values: T }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges a whole environment, and reports every fault at once, by the variable's name and never with its value. */
export function readEnvironment<S extends z.ZodType>(
  schema: S,
  environment: NodeJS.ProcessEnv,
): EnvironmentOutcome<z.output<S>> {
  // A variable that is set to nothing is one that is not set: that is how compose files and shells leave them.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const outcome = schema.safeParse(given);
  if (outcome.success) return { ok: true, values: outcome.data };
  return {
    ok: false,
    faults: outcome.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`),
  };
}
