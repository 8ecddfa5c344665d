export interface RunConfig {
  /** The same seed makes the same choices. */
  readonly seed: number;
  /** Short in `npm test`, at length in `npm run soak`. */
  readonly long: boolean;
}

/**
 * Reads `<NAME>_SEED` and `<NAME>_LENGTH`, as CUTOVER_SEED.
 * @throws Error that names every variable that is wrong
 */
export function readRunConfig(name: string, env: NodeJS.ProcessEnv): RunConfig {
  const faults: string[] = [];
  const seedText = env[`${name}_SEED`];
  const seed = Number(seedText || '1');
  if (!Number.isSafeInteger(seed) || seed < 0)
    faults.push(`${name}_SEED must be an integer from 0: ${seedText}`);
  const length = env[`${name}_LENGTH`] || 'short';
  if (length !== 'short' && length !== 'long') faults.push(`${name}_LENGTH must be short or long: ${length}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { seed, long: length === 'long' };
}
