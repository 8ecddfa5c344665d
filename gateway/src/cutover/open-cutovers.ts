import type { CutoverConfig } from '../config.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Cutovers } from './cutover.ts';
import type { CutoverStore } from './cutover-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { createOpenFeatureStore } from './openfeature/openfeature-store.ts';
import { providerFrom } from './openfeature/provider.ts';
import { createPostgresStore } from './postgres/postgres-store.ts';
import { openSnapshotFile } from './snapshot-file.ts';
import { createSnapshotKeeper, type SnapshotKeeper } from './snapshot-keeper.ts';

export interface OpenCutoversOptions {
  readonly capabilities: readonly string[];
  readonly config: CutoverConfig;
  readonly logger: Logger;
}

/** The store that the configuration names, and the snapshot in force, which begins with what was saved last. */
export function openCutovers(options: OpenCutoversOptions): {
  readonly store: CutoverStore;
  readonly keeper: SnapshotKeeper;
} {
  const { capabilities, config, logger } = options;
  const file =
    config.snapshotFile === undefined
      ? undefined
      : openSnapshotFile({ path: config.snapshotFile, logger, confirm });
  const saved: Cutovers = file?.load() ?? new Map();
  const store = storeOf(options, saved);

  /** Memory knows of this process alone: a file that is ahead of it is another's, and right. */
  async function confirm(): Promise<Cutovers | undefined> {
    return store.kind === 'memory' ? undefined : store.read();
  }

  return { store, keeper: createSnapshotKeeper({ store, capabilities, saved, file, logger }) };
}

function storeOf({ capabilities, config }: OpenCutoversOptions, saved: Cutovers): CutoverStore {
  if (config.databaseUrl !== undefined) return createPostgresStore({ url: config.databaseUrl });
  if (config.flags === undefined) return createMemoryStore({ initial: saved });
  return createOpenFeatureStore({ ...providerFrom(config.flags), capabilities, initial: saved });
}
