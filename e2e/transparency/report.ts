import { encodeRequest, type RawRequest } from '../http/raw-request.ts';
import type { Difference } from './compare.ts';

export interface Judged {
  readonly request: RawRequest;
  readonly differences: readonly Difference[];
}

export interface Report {
  /** `transparency (witness): 500 requests (seed 1), 0 differences` */
  readonly line: string;
  /** Empty when nothing differs; else counts by place, and the first few in full. */
  readonly details: string;
}

const shownInFull = 5;

export function reportOn(what: string, seed: number, judged: readonly Judged[]): Report {
  const differing = judged.filter(({ differences }) => differences.length > 0);
  const places = differing.flatMap(({ differences }) => differences.map(({ where }) => where));
  const counts = [...Map.groupBy(places, (where) => where)].map(
    ([where, list]) => `${where}: ${list.length}`,
  );
  return {
    line: `transparency (${what}): ${judged.length} requests (seed ${seed}), ${places.length} differences`,
    details: [counts.join(', '), ...differing.slice(0, shownInFull).map(show)].join('\n\n').trim(),
  };
}

function show({ request, differences }: Judged): string {
  const sent = encodeRequest(request).toString('latin1', 0, 1_500);
  const lines = differences.map(
    ({ where, direct, gateway }) =>
      `- ${where}\n  direct:\n${indent(direct)}\n  gateway:\n${indent(gateway)}`,
  );
  return `${sent}\n${lines.join('\n')}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ').slice(0, 2_000);
}
