import type { Upstream } from '../../forwarding/upstream.ts';
import { fetchBounded } from './fetch-bounded.ts';
import { isReachable } from './is-reachable.ts';

export interface Readiness {
  readonly reachable: boolean;
  /** Whether it may be sent traffic. */
  readonly ready: boolean;
  readonly detail: string;
  readonly clockAheadMs: number | undefined;
}

/** A function that starts cold is not to be taken for one that is gone. */
const withinMs = 5_000;

/** Asks the page that the plan names; without one, a service that takes connections counts as ready. */
export async function readReadiness(service: Upstream, page: string | undefined): Promise<Readiness> {
  if (page === undefined) {
    const reachable = await isReachable(service);
    const detail = reachable
      ? `${service.origin} takes connections`
      : `${service.origin} takes no connections`;
    return { reachable, ready: reachable, detail, clockAheadMs: undefined };
  }
  const answer = await fetchBounded(`${service.origin}${page}`, { withinMs });
  const place = `${service.origin}${page}`;
  if (!answer.ok) {
    return { reachable: false, ready: false, detail: `${place} ${answer.fault}`, clockAheadMs: undefined };
  }
  return {
    reachable: true,
    ready: answer.status === 200,
    detail: `${place} answers ${answer.status}`,
    clockAheadMs: answer.clockAheadMs,
  };
}
