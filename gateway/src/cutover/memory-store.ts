import { type Cutover, type CutoverChange, type Cutovers, stateOf, unmoved } from './cutover.ts';
import { requireState } from './cutover-state.ts';
import type { ChangeRequest, CutoverListener, CutoverStore, HistoryQuery } from './cutover-store.ts';

export interface MemoryStoreOptions {
  /** Where to go on from, such as what was saved when the last process ended. */
  readonly initial?: Cutovers;
  readonly now?: () => Date;
}

/** Changes that are remembered; the oldest are forgotten first. */
const maxHistory = 10_000;

/** For one gateway without a database: changes last as long as the saved snapshot, the audit log as long as the process. */
export function createMemoryStore({
  initial = new Map(),
  now = () => new Date(),
}: MemoryStoreOptions = {}): CutoverStore {
  let cutovers: Cutovers = new Map([...initial].filter(([, { version }]) => version > 0));
  const history: CutoverChange[] = [];
  const listeners = new Set<CutoverListener>();

  function apply(request: ChangeRequest, current: Cutover): CutoverChange {
    const { capability, kind, by, why, forced, reverts } = request;
    const to = requireState(request.to);
    const version = current.version + 1;
    const at = now().toISOString();
    const change = Object.freeze({
      id: `${capability}-${version}`,
      ...{ capability, version, kind, at, by, why, forced },
      ...(reverts === undefined ? {} : { reverts }),
      from: stateOf(current),
      to,
    });
    const cutover = Object.freeze({ ...to, version, changedAt: at, changedBy: by, why });
    cutovers = new Map([...cutovers, [capability, cutover]]);
    history.unshift(change);
    history.length = Math.min(history.length, maxHistory);
    for (const listener of [...listeners]) listener.changed(cutovers);
    return change;
  }

  return {
    kind: 'memory',
    read: async () => cutovers,
    async change(request) {
      const current = cutovers.get(request.capability) ?? unmoved;
      if (current.version !== request.expectedVersion) {
        return { ok: false, failure: 'version-conflict', current };
      }
      return { ok: true, change: apply(request, current) };
    },
    history: async (query) => selectHistory(history, query),
    async follow(listener) {
      listeners.add(listener);
      listener.changed(cutovers);
      return {
        async close() {
          listeners.delete(listener);
        },
      };
    },
    close: async () => listeners.clear(),
  };
}

/** Of changes that are kept newest first. */
export function selectHistory(
  history: readonly CutoverChange[],
  { capability, limit, before, id }: HistoryQuery,
): readonly CutoverChange[] {
  const from = before === undefined ? 0 : history.findIndex((change) => change.id === before) + 1;
  if (before !== undefined && from === 0) return [];
  return history
    .slice(from)
    .filter((change) => capability === undefined || change.capability === capability)
    .filter((change) => id === undefined || change.id === id)
    .slice(0, limit);
}
