import type { Cutover, Cutovers } from '../cutover/cutover.ts';
import { unmoved } from '../cutover/cutover.ts';
import type { CutoverListener } from '../cutover/cutover-store.ts';

export interface CollectedNews extends CutoverListener {
  /** In order: all that was called back. */
  readonly news: ({ readonly changed: Cutovers } | { readonly lost: string } | 'back')[];
  /** As it was last told. */
  of(capability: string): Cutover;
  count(kind: 'changed' | 'lost' | 'back'): number;
}

export function collectNews(): CollectedNews {
  const news: CollectedNews['news'] = [];
  let latest: Cutovers = new Map();
  return {
    news,
    changed(cutovers) {
      latest = cutovers;
      news.push({ changed: cutovers });
    },
    lost: (reason) => void news.push({ lost: reason }),
    back: () => void news.push('back'),
    of: (capability) => latest.get(capability) ?? unmoved,
    count: (kind) => news.filter((it) => it === kind || (it !== 'back' && kind in it)).length,
  };
}
