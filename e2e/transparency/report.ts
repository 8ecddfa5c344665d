import { encodeRequest, type RawRequest } from '../http/raw-request.ts';
import type { Difference } from './compare.ts';

export interface Judged {
  readonly request: RawRequest;
  readonly differences: readonly Difference[];
}

export interface Report {
  /** `transparency (witness): 500 requests (seed 1), 0 differences` */
  readonly line: string;
  /** Empty when nothing differs; else counts by place, and one request in full for each set of places. */
  readonly details: string;
}

const shownInFull = 8;

export function reportOn(what: string, seed: number, judged: readonly Judged[]): Report {
  const differing = judged.filter(({ differences }) => differences.length > 0);
  const places = differing.flatMap(({ differences }) => differences.map(({ where }) => where));
  const counts = [...Map.groupBy(places, (where) => where)].map(
    ([where, list]) => `${where}: ${list.length}`,
  );
  const ofEachKind = Map.groupBy(differing, ({ differences }) =>
    differences.map(({ where }) => where).join(),
  );
  const examples = [...ofEachKind.values()].flatMap((list) => list.slice(0, 1)).slice(0, shownInFull);
  return {
    line: `transparency (${what}): ${judged.length} requests (seed ${seed}), ${places.length} differences`,
    details: [counts.join(', '), ...examples.map(show)].join('\n\n').trim(),
  };
}

function show({ request, differences }: Judged): string {
  const sent = encodeRequest(request)
    .toString('latin1', 0, 4_000)
    .replace(/(.{160}).+/g, '$1…');
  const lines = differences.map(
    ({ where, direct, gateway }) =>
      `- ${where}\n  direct:\n${indent(direct)}\n  gateway:\n${indent(gateway)}`,
  );
  return `${sent}\n${lines.join('\n')}`;
}

function indent(text: string): string {
  return text.replace(/^.*$/gm, (line) => `    ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`);
}
