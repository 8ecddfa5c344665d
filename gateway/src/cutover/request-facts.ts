import type { KeyedRequest, KeySource } from '../edge/cohort-key.ts';
import type { RouteEntry } from '../routing/route-table.ts';
import type { RequestFacts } from './choose-upstream.ts';
import { cohortWith } from './cohort.ts';
import type { RoutedCutover } from './cutover-snapshot.ts';
import { readOverride } from './override.ts';

/** What a choice may depend on. An exchange is one, and so is a request that somebody only asks about. */
export interface RoutedRequest extends KeyedRequest {
  readonly hasBody: boolean;
  /** Bytes; `undefined` if the client doesn't say, or there is none. */
  readonly bodyLength: number | undefined;
  /** The overrides that the client sent, right or wrong. */
  readonly overrides: string | undefined;
  readonly route: RouteEntry | undefined;
  /** As it was when the choice was made. */
  readonly cutover: RoutedCutover | undefined;
  /** Written when the choice depends on it, for the record; -1 before. */
  cohort: number;
}

export interface RequestFactsDeps {
  readonly keySources: (capability: string) => readonly KeySource[];
  /** Without one no override is valid. */
  readonly overrideSecret: string | undefined;
  readonly nowSeconds: () => number;
}

export function createRequestFacts(deps: RequestFactsDeps): RequestFacts<RoutedRequest> {
  const { keySources, overrideSecret, nowSeconds } = deps;
  return {
    isTooLarge({ hasBody, bodyLength, route }) {
      if (!hasBody || route === undefined || route.serviceMaxBodyBytes === Number.POSITIVE_INFINITY)
        return false;
      return bodyLength === undefined || bodyLength > route.serviceMaxBodyBytes;
    },
    override({ overrides, route }) {
      if (overrides === undefined || overrideSecret === undefined || route === undefined) return undefined;
      return readOverride(overrides, route.capability, overrideSecret, nowSeconds());
    },
    cohortKey(request) {
      if (request.route === undefined) return undefined;
      for (const source of keySources(request.route.capability)) {
        const key = source.read(request);
        if (key !== undefined) return key;
      }
      return undefined;
    },
    cohort(request, key) {
      request.cohort = cohortWith(request.cutover?.seed ?? 0, key);
      return request.cohort;
    },
  };
}
