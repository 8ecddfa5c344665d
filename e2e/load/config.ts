export interface LoadConfig {
  /** The same seed makes the same arrivals. */
  readonly seed: number;
  /** Short in `npm test`, at length in `npm run soak`. */
  readonly long: boolean;
}

/** @throws Error that names every variable that is wrong */
export function readLoadConfig(env: NodeJS.ProcessEnv): LoadConfig {
  const faults: string[] = [];
  const seed = Number(env.LOAD_SEED || '1');
  if (!Number.isSafeInteger(seed) || seed < 0)
    faults.push(`LOAD_SEED must be an integer from 0: ${env.LOAD_SEED}`);
  const length = env.LOAD_LENGTH || 'short';
  if (length !== 'short' && length !== 'long')
    faults.push(`LOAD_LENGTH must be short or long: ${env.LOAD_LENGTH}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { seed, long: length === 'long' };
}
