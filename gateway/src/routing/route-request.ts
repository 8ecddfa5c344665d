import { type Choice, choices, chooseUpstream, type RequestFacts } from '../cutover/choose-upstream.ts';
import type { CutoverSnapshot, RoutedCutover } from '../cutover/cutover-snapshot.ts';
import type { RoutedRequest } from '../cutover/request-facts.ts';
import { matchRoute } from './match.ts';
import { isAmbiguousPath } from './path-policy.ts';
import type { RouteEntry, RouteTable } from './route-table.ts';

/** A request on its way to a side: what is known of it, and what is decided. */
export interface RoutingRequest extends RoutedRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  route: RouteEntry | undefined;
  cutover: RoutedCutover | undefined;
  choice: Choice | undefined;
}

export interface RequestRouter {
  /** Finds the route. False if the path is ambiguous: it belongs to no capability then. */
  match(request: RoutingRequest): boolean;
  /** Chooses the side that answers. */
  choose(request: RoutingRequest): void;
}

export interface RequestRouterDeps {
  readonly routes: RouteTable;
  /** Read once for each request: a snapshot never changes under it. */
  readonly snapshot: () => CutoverSnapshot;
  readonly facts: RequestFacts<RoutedRequest>;
}

/** The two steps that decide where a request goes. Whoever explains a decision takes them too. */
export function createRequestRouter({ routes, snapshot, facts }: RequestRouterDeps): RequestRouter {
  function choiceOf(request: RoutingRequest): Choice {
    const { route } = request;
    const cutover = route === undefined ? undefined : snapshot().routed.get(route.capability);
    if (route === undefined || cutover === undefined) return choices.unclaimed;
    request.cutover = cutover;
    const choice = chooseUpstream(cutover, request, facts);
    // A store may have been told of a service that the plan of this process doesn't name: nobody is sent to nowhere.
    return choice.side === 'service' && !route.hasService ? choices.legacyStage : choice;
  }

  return {
    match(request) {
      if (isAmbiguousPath(request.path)) return false;
      request.route = matchRoute(routes, request.method, request.path);
      return true;
    },
    choose(request) {
      request.choice = choiceOf(request);
    },
  };
}
