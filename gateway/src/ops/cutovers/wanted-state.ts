import type { CutoverState, Stage } from '../../cutover/cutover.ts';

/** What each kind of order makes of the state that it finds. All pure. */

/** Between rollout and live the share of the callers stays; the lists stay always, for the next attempt. */
export function atStage(current: CutoverState, stage: Stage): CutoverState {
  return { ...listsOf(current), stage, rolloutPercent: percentAt(current, stage) };
}

export function atPercent(current: CutoverState, rolloutPercent: number): CutoverState {
  return { ...listsOf(current), stage: 'rollout', rolloutPercent };
}

/** A key that is put on one list leaves the other. */
export function withKeys(
  current: CutoverState,
  list: 'allow' | 'deny',
  keys: readonly string[],
  remove: boolean,
): CutoverState {
  const named = new Set(keys);
  const rest = (of: readonly string[]) => of.filter((key) => !named.has(key));
  if (remove) return { ...current, [list]: rest(current[list]) };
  const other = list === 'allow' ? 'deny' : 'allow';
  return {
    ...current,
    [list]: [...new Set([...current[list], ...keys])],
    [other]: rest(current[other]),
  };
}

function percentAt(current: CutoverState, stage: Stage): number {
  if (stage === 'rollout') return current.rolloutPercent;
  return stage === 'live' || stage === 'retired' ? 100 : 0;
}

function listsOf({ allow, deny }: CutoverState): Pick<CutoverState, 'allow' | 'deny'> {
  return { allow, deny };
}
