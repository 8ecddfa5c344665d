/** Where the tables are that both sides share: as the monolith made them, or in the service's own schema. */
export const seamStates = ['in-public', 'in-auth'] as const;
export type SeamState = (typeof seamStates)[number];

export const seamMoves = ['advance', 'back'] as const;
export type SeamMove = (typeof seamMoves)[number];

/** The tables that move, each after those that it refers to. */
export const movedTables = [
  'users',
  'sessions',
  'refresh_tokens',
  'password_resets',
  'login_failures',
] as const;

/** A table (`r`, or `p` if partitioned), a view (`v`) or whatever else has that name, as `pg_class` says. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
}

export type SeamReading =
  | { readonly ok: true; readonly state: SeamState }
  | { readonly ok: false; readonly failure: 'not-migrated' | 'mixed'; readonly reason: string };

/** Judges the state by what the catalogue holds: there is no note of it that could be wrong. */
export function judgeState(relations: readonly Relation[]): SeamReading {
  const kindOf = new Map(relations.map(({ schema, name, kind }) => [`${schema}.${name}`, kind]));
  const states = movedTables.map((name) => stateOf(kindOf.get(`public.${name}`), kindOf.get(`auth.${name}`)));
  const first = states[0];
  if (first !== undefined && states.every((state) => state === first)) return { ok: true, state: first };
  const missing = movedTables.filter((name) => !kindOf.has(`public.${name}`) && !kindOf.has(`auth.${name}`));
  if (missing.length > 0) {
    const reason = `The monolith has not made ${missing.join(', ')} yet: it must have been started once.`;
    return { ok: false, failure: 'not-migrated', reason };
  }
  const seen = movedTables.map((name, index) => `${name}: ${states[index] ?? 'neither'}`).join(', ');
  return { ok: false, failure: 'mixed', reason: `The tables are in no state that a move leaves: ${seen}.` };
}

function stateOf(inPublic: string | undefined, inAuth: string | undefined): SeamState | undefined {
  if (isTable(inPublic) && inAuth === undefined) return 'in-public';
  if (inPublic === 'v' && isTable(inAuth)) return 'in-auth';
  return undefined;
}

function isTable(kind: string | undefined): boolean {
  return kind === 'r' || kind === 'p';
}

export function targetOf(move: SeamMove): SeamState {
  return move === 'advance' ? 'in-auth' : 'in-public';
}

/** What an operator can do next, each way; null where there is nothing. */
export function neighboursOf(state: SeamState): {
  readonly next: SeamState | null;
  readonly previous: SeamState | null;
} {
  return state === 'in-public' ? { next: 'in-auth', previous: null } : { next: null, previous: 'in-public' };
}
