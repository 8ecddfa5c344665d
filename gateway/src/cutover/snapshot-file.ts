import type { Cutovers } from './cutover.ts';

/** The last good snapshot on disk, for starts without a store. */
export interface SnapshotFile {
  /** Saves soon, in the background. Of several that wait only the newest is written. */
  save(cutovers: Cutovers): void;
  /** Resolves once what was given last is saved, or could not be. */
  close(): Promise<void>;
}
