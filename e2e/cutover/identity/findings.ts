/** What must never be, by kind. */
export const faultKinds = ['forced logout', 'wrong 401', 'outlived', 'unexpected'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly what: string;
}

export interface Findings {
  readonly report: (kind: FaultKind, what: string) => void;
  readonly count: (what: string) => void;
  readonly faults: () => readonly Fault[];
  /** How often each thing was counted. */
  readonly counts: () => ReadonlyMap<string, number>;
}

/** @param where said with each fault, so that its moment can be found in the logs */
export function createFindings(where: () => string): Findings {
  const faults: Fault[] = [];
  const counts = new Map<string, number>();
  return {
    report: (kind, what) => void faults.push({ kind, what: `${what} (${where()})` }),
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    faults: () => faults,
    counts: () => counts,
  };
}
