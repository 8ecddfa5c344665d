import {
  type ChangeKind,
  type Cutover,
  type CutoverChange,
  type CutoverState,
  type Cutovers,
  stateOf,
  unmoved,
} from '../cutover.ts';
import { samePlace } from '../cutover-state.ts';
import type { FlagReading } from './flag-value.ts';

export interface ObserveOptions {
  readonly initial: Cutovers;
  readonly where: string;
  readonly now: () => Date;
}

export interface ObservedFlags {
  /** Compares with what was seen before. The same value as before if nothing has changed. */
  take(flags: ReadonlyMap<string, FlagReading>): Cutovers;
  /** Newest first; the oldest are forgotten. */
  history(): readonly CutoverChange[];
}

const maxHistory = 1_000;

/** Makes versions and an audit log of what flags say over time, as they have neither. */
export function observeFlags({ initial, where, now }: ObserveOptions): ObservedFlags {
  let cutovers = initial;
  const history: CutoverChange[] = [];

  function next(capability: string, reading: FlagReading): Cutover {
    const was = cutovers.get(capability) ?? unmoved;
    if (reading === 'absent') {
      // A file that is being written anew, a project that was taken away: no reason to move traffic.
      return was.version === 0 ? was : unreadable(was, 'the flag is gone');
    }
    if (!reading.ok) return unreadable(was, reading.fault);
    if (samePlace(was, reading.state)) return was.unreadable === undefined ? was : readable(was);
    return changed(capability, was, reading.state);
  }

  function changed(capability: string, was: Cutover, to: CutoverState): Cutover {
    const version = was.version + 1;
    const at = now().toISOString();
    const by = 'openfeature';
    const why = `changed in ${where}`;
    const kind = kindOf(was, to);
    const from = stateOf(was);
    const id = `${capability}-${version}`;
    history.unshift(Object.freeze({ id, capability, version, kind, at, by, why, forced: false, from, to }));
    history.length = Math.min(history.length, maxHistory);
    return Object.freeze({ ...to, version, changedAt: at, changedBy: by, why });
  }

  return {
    take(flags) {
      const seen = [...flags].map(([name, reading]) => [name, next(name, reading)] as const);
      const isNew = seen.some(([name, cutover]) => cutover !== (cutovers.get(name) ?? unmoved));
      if (isNew) cutovers = new Map([...cutovers, ...seen.filter(([, it]) => it !== unmoved)]);
      return cutovers;
    },
    history: () => history,
  };
}

function kindOf(from: CutoverState, to: CutoverState): ChangeKind {
  if (from.stage !== to.stage) return 'stage';
  if (from.rolloutPercent !== to.rolloutPercent) return 'rollout';
  return from.allow.join('\n') === to.allow.join('\n') ? 'deny' : 'allow';
}

/** Keeps the last state that made sense, which is also what the next one is compared with. */
function unreadable(was: Cutover, fault: string): Cutover {
  return was.unreadable === fault ? was : Object.freeze({ ...was, unreadable: fault });
}

function readable({ unreadable: _, ...was }: Cutover): Cutover {
  return Object.freeze(was);
}
