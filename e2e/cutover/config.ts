export interface CutoverConfig {
  /** The same seed makes the same choices. */
  readonly seed: number;
  /** Short in `npm test`, at length in `npm run soak`. */
  readonly long: boolean;
}

/** @throws Error that names every variable that is wrong */
export function readCutoverConfig(env: NodeJS.ProcessEnv): CutoverConfig {
  const faults: string[] = [];
  const seed = Number(env.CUTOVER_SEED || '1');
  if (!Number.isSafeInteger(seed) || seed < 0)
    faults.push(`CUTOVER_SEED must be an integer from 0: ${env.CUTOVER_SEED}`);
  const length = env.CUTOVER_LENGTH || 'short';
  if (length !== 'short' && length !== 'long')
    faults.push(`CUTOVER_LENGTH must be short or long: ${env.CUTOVER_LENGTH}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { seed, long: length === 'long' };
}
