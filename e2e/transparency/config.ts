export interface TransparencyConfig {
  /** The same seed sends the same requests. */
  readonly seed: number;
  /** Generated requests for each of the two upstreams. */
  readonly requests: number;
  /** Ample: it ends a run that hangs, and judges nothing. */
  readonly timeoutMs: number;
}

const leastRequests = 500;

/** @throws Error that names every variable that is wrong */
export function readTransparencyConfig(env: NodeJS.ProcessEnv): TransparencyConfig {
  const faults: string[] = [];
  const integer = (name: string, least: number, fallback: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      faults.push(`${name} must be an integer from ${least}: ${text}`);
    return value;
  };
  const seed = integer('TRANSPARENCY_SEED', 0, 1);
  const requests = integer('TRANSPARENCY_REQUESTS', 1, leastRequests);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { seed, requests, timeoutMs: 60_000 + requests * 100 };
}
