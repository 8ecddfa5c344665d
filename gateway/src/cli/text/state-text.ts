import type { ChangeAnswer } from '../../ops/api/schemas.ts';

type State = ChangeAnswer['cutover'];

/** `rollout 10 %, 2 allowed`: where a capability is, in a few words. */
export function stateText({
  stage,
  rolloutPercent,
  allow,
  deny,
}: Pick<State, 'stage' | 'rolloutPercent' | 'allow' | 'deny'>): string {
  return [
    stage === 'rollout' ? `rollout ${rolloutPercent} %` : stage,
    ...(allow.length === 0 ? [] : [`${allow.length} allowed`]),
    ...(deny.length === 0 ? [] : [`${deny.length} denied`]),
  ].join(', ');
}

/** What a change did, from and to. */
export function changeText({ capability, change, cutover }: ChangeAnswer): string {
  if (change === null) return `${capability}: nothing to change, it is at ${stateText(cutover)}`;
  const { from, to, id, forced } = change;
  return `${capability}: ${stateText(from)} → ${stateText(to)}${forced ? ', forced' : ''} (change ${id})`;
}
