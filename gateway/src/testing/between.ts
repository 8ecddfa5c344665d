import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfig } from '../config.ts';
import { type CutoverState, unmoved } from '../cutover/cutover.ts';
import { openSnapshotFile } from '../cutover/snapshot-file.ts';
import type { CapabilityPlanInput, PlanInput } from '../plan/plan.ts';
import { silentLogger } from '../telemetry/log.ts';
import type { HttpUpstream } from './http-upstream.ts';
import { closeLater } from './in-front-of.ts';
import type { RawUpstream } from './raw-upstream.ts';
import { type RunningGateway, startGateway } from './start-gateway.ts';

export interface Between {
  /** Where the capability `auth` is. */
  readonly cutover: Partial<CutoverState>;
  readonly capability?: Partial<CapabilityPlanInput>;
  readonly plan?: Partial<PlanInput>;
  readonly config?: Partial<GatewayConfig>;
}

export const testOverrideSecret = 'of tests, and of thirty-two characters';

/** A gateway in front of two upstreams, whose capability `auth` has all below `/api/auth`. All are closed after the test. */
export async function between(
  legacy: RawUpstream | HttpUpstream,
  service: RawUpstream | HttpUpstream,
  { cutover, capability, plan, config }: Between,
): Promise<RunningGateway> {
  const gateway = await startGateway(
    legacy.port,
    {
      ...plan,
      capabilities: {
        auth: {
          routes: [{ prefix: '/api/auth' }],
          service: `http://127.0.0.1:${service.port}`,
          ...capability,
        },
      },
    },
    { overrideSecret: testOverrideSecret, cutovers: { snapshotFile: await savedAt(cutover) }, ...config },
  );
  closeLater(legacy, service, gateway);
  return gateway;
}

async function savedAt(cutover: Partial<CutoverState>): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'banyan-cutovers-')), 'cutovers.json');
  const file = openSnapshotFile({ path, logger: silentLogger() });
  file.save(new Map([['auth', { ...unmoved, version: 1, ...cutover }]]));
  await file.close();
  return path;
}
