import { afterEach } from '@jest/globals';
import type { PlanInput } from '../plan/plan.ts';
import type { HttpUpstream } from './http-upstream.ts';
import type { RawUpstream } from './raw-upstream.ts';
import { type RunningGateway, startGateway } from './start-gateway.ts';

interface Closable {
  close(): Promise<void>;
}

const running: Closable[] = [];

afterEach(async () => {
  for (const it of running.splice(0).reverse()) await it.close();
});

/** Closes these after the test, the last named first. */
export function closeLater(...those: readonly Closable[]): void {
  running.push(...those);
}

/** Closes one within the test, so that it isn't closed again after it. */
export async function closeNow(it: Closable): Promise<void> {
  await it.close();
  running.splice(running.indexOf(it), 1);
}

/** A gateway in front of this upstream. Both are closed after the test, the gateway first. */
export async function inFrontOf(
  upstream: RawUpstream | HttpUpstream,
  plan?: Partial<PlanInput>,
): Promise<RunningGateway> {
  const gateway = await startGateway(upstream.port, plan);
  closeLater(upstream, gateway);
  return gateway;
}
