import { join } from 'node:path';
import type { Logger } from '../../telemetry/log.ts';
import { readOrMintSecret } from './minted-secret.ts';

/** Shared by the gateways of one data folder, so that each knows what the others signed. */
export function readOverrideSecret(dataDir: string, logger: Logger): string | undefined {
  const minted = readOrMintSecret(join(dataDir, 'override-secret'));
  if (minted.ok) return minted.secret;
  logger.error({ reason: minted.reason }, 'no override is valid: give OVERRIDE_SECRET or BANYAN_DATA_DIR');
  return undefined;
}
