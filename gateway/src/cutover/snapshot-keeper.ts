import type { Logger } from '../telemetry/log.ts';
import { type Cutover, type Cutovers, stateForLog, unmoved } from './cutover.ts';
import { buildSnapshot, type CutoverSnapshot } from './cutover-snapshot.ts';
import { sameCutover, samePlace } from './cutover-state.ts';
import type { ChangeRequest, ChangeResult, CutoverStore, Following } from './cutover-store.ts';
import type { SnapshotFile } from './snapshot-file.ts';

/** Holds the snapshot that requests are judged by, and replaces it whole whenever the store says something new. */
export interface SnapshotKeeper {
  /** Always there, never changed, names every capability of the plan. */
  current(): CutoverSnapshot;
  store(): StoreState;
  /** As the store's, but a change that was made is in force here when this resolves. */
  change(request: ChangeRequest): Promise<ChangeResult>;
  /** Resolves once the store has spoken, or failed to, or was silent for a while: the last good snapshot rules then. */
  start(): Promise<void>;
  /** Resolves once the last snapshot is saved. Closes the store too. */
  close(): Promise<void>;
}

export interface StoreState {
  readonly kind: CutoverStore['kind'];
  /** Whether what is in force is what the store says now. */
  readonly up: boolean;
  /** Why it isn't up, once that is known. */
  readonly reason?: string;
}

export interface KeeperDeps {
  readonly store: CutoverStore;
  /** Of the plan. What else the store names is no concern of this gateway. */
  readonly capabilities: readonly string[];
  /** What was saved when the last process ended. */
  readonly saved: Cutovers;
  readonly file: SnapshotFile | undefined;
  readonly logger: Logger;
  readonly startWithinMs?: number;
  readonly inForceWithinMs?: number;
}

export function createSnapshotKeeper({
  store,
  capabilities,
  saved,
  file,
  logger,
  startWithinMs = 2_000,
  inForceWithinMs = 1_000,
}: KeeperDeps): SnapshotKeeper {
  /** What made sense last, by capability. */
  let good: Cutovers = new Map(capabilities.map((name) => [name, saved.get(name) ?? unmoved]));
  let snapshot = buildSnapshot(good);
  let state: StoreState = { kind: store.kind, up: false };
  /** Whether it was up or lost at least once. */
  let hasSpoken = false;
  let following: Following | undefined;
  let onNews: (() => void)[] = [];

  for (const [capability, cutover] of good) {
    const { version, changedBy: by, why } = cutover;
    if (version > 0) {
      logger.info({ capability, ...stateForLog(cutover), version, by, why }, 'begins with the saved cutover');
    }
  }

  function changed(cutovers: Cutovers): void {
    const stored = capabilities.map((name) => [name, cutovers.get(name) ?? unmoved] as const);
    good = new Map(stored.map(([name, it]) => [name, it.unreadable === undefined ? it : goodOf(name)]));
    const next = new Map(stored.map(([name, it]) => [name, inForce(name, it)]));
    const before = snapshot.cutovers;
    if (stored.some(([name]) => !sameCutover(before.get(name) ?? unmoved, next.get(name) ?? unmoved))) {
      snapshot = buildSnapshot(next);
      logChanges(before, next);
      file?.save(good);
    }
    up();
  }

  function inForce(name: string, stored: Cutover): Cutover {
    const { version, unreadable } = stored;
    if (unreadable === undefined) return stored;
    return Object.freeze({ ...goodOf(name), version, unreadable });
  }

  function goodOf(name: string): Cutover {
    return good.get(name) ?? unmoved;
  }

  function logChanges(before: Cutovers, next: Cutovers): void {
    for (const [capability, cutover] of next) {
      const was = before.get(capability) ?? unmoved;
      const { version, changedBy: by, why, unreadable } = cutover;
      if (unreadable !== undefined && was.unreadable !== unreadable) {
        logger.error({ capability, version, unreadable }, 'cutover unreadable: its last good state rules');
      }
      if (samePlace(was, cutover)) continue;
      const line = { capability, from: stateForLog(was), to: stateForLog(cutover), by, why, version };
      if (version < was.version)
        logger.warn(line, 'traffic changed: the store went back to an older version');
      else logger.info(line, 'traffic changed');
    }
  }

  function up(): void {
    if (!state.up) logger.info({ store: store.kind }, 'cutover store up');
    state = { kind: store.kind, up: true };
    news();
  }

  function lost(reason: string): void {
    if (state.up || state.reason !== reason) {
      logger.warn({ store: store.kind, reason }, 'cutover store lost: the last good snapshot rules');
    }
    state = { kind: store.kind, up: false, reason };
    news();
  }

  function news(): void {
    hasSpoken = true;
    const waiting = onNews;
    onNews = [];
    for (const wake of waiting) wake();
  }

  async function waitFor(condition: () => boolean, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!condition()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        onNews.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  return {
    current: () => snapshot,
    store: () => state,
    async change(request) {
      const result = await store.change(request);
      // Taken from what is followed, not from the answer: a reading under way that is older would undo it for a moment.
      if (result.ok) {
        const { capability, version } = result.change;
        const isInForce = () => (snapshot.cutovers.get(capability)?.version ?? version) >= version;
        await waitFor(isInForce, inForceWithinMs);
      }
      return result;
    },
    async start() {
      const spoken = waitFor(() => hasSpoken, startWithinMs);
      following = await store.follow({ changed, lost, back: up });
      await spoken;
    },
    async close() {
      await following?.close();
      await store.close();
      await file?.close();
    },
  };
}
