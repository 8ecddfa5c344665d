import type { ChangeAnswer } from '../../ops/api/schemas.ts';

type State = Pick<ChangeAnswer['cutover'], 'stage' | 'rolloutPercent' | 'allow' | 'deny'>;

/** `rollout 10 %, 2 allowed`: where a capability is, in a few words. */
export function stateText({ stage, rolloutPercent, allow, deny }: State): string {
  return [
    stage === 'rollout' ? `rollout ${rolloutPercent} %` : stage,
    ...(allow.length === 0 ? [] : [`${allow.length} allowed`]),
    ...(deny.length === 0 ? [] : [`${deny.length} denied`]),
  ].join(', ');
}

/** Both states of a change; lists that it left alone are left out. */
export function fromToText(from: State, to: State): string {
  const same = (list: 'allow' | 'deny') => from[list].join('\n') === to[list].join('\n');
  const shown = (state: State) =>
    stateText({
      ...state,
      allow: same('allow') ? [] : state.allow,
      deny: same('deny') ? [] : state.deny,
    });
  return `${shown(from)} → ${shown(to)}`;
}

/** What a change did, from and to. */
export function changeText({ capability, change, cutover }: ChangeAnswer): string {
  if (change === null) return `${capability}: nothing to change, it is at ${stateText(cutover)}`;
  const { from, to, id, forced } = change;
  return `${capability}: ${fromToText(from, to)}${forced ? ', forced' : ''} (change ${id})`;
}
