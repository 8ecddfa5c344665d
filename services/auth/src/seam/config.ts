import { type ConfigOf, type ConfigOutcome, logLevels, readEnvironment, secret, url } from '@banyan/serving';
import { z } from 'zod';

const schema = z.object({
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  /** Of the role `auth_seam`, which does this and nothing else. */
  DATABASE_URL: url('postgres', 'postgresql'),
  /** What whoever moves the seam has to show. */
  SEAM_TOKEN: secret(),
});

export type SeamConfig = ConfigOf<typeof schema>;

/** Judges the whole environment, and reports every fault at once. */
export function readSeamConfig(environment: NodeJS.ProcessEnv): ConfigOutcome<SeamConfig> {
  return readEnvironment(schema, environment);
}
