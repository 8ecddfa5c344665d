import { logLevels, readEnvironment, secret, url } from '@banyan/serving';
import { z } from 'zod';

const schema = z.object({
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  /** Of the role `auth_seam`, which does this and nothing else. */
  DATABASE_URL: url('postgres', 'postgresql'),
  /** What whoever moves the seam has to show. */
  SEAM_TOKEN: secret(),
});

export type SeamConfig = ReturnType<typeof named>;

export type SeamConfigOutcome =
  | { readonly ok: true; readonly config: SeamConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges the whole environment, and reports every fault at once. */
export function readSeamConfig(environment: NodeJS.ProcessEnv): SeamConfigOutcome {
  const outcome = readEnvironment(schema, environment);
  return outcome.ok ? { ok: true, config: named(outcome.values) } : outcome;
}

/** What the process was started with. Prints what is wrong with it, and ends the process then. */
export function seamConfigOrExit(): SeamConfig {
  const outcome = readSeamConfig(process.env);
  if (outcome.ok) return outcome.config;
  const lines = outcome.faults.map((fault) => `  ${fault}\n`).join('');
  process.stderr.write(`The auth seam can't start: its environment is not right.\n${lines}`);
  process.exit(1);
}

function named(values: z.output<typeof schema>) {
  return {
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    seamToken: values.SEAM_TOKEN,
  } as const;
}
