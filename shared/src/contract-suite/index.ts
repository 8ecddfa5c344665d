import type { RouteSpec } from '../route.ts';
import { type RouteName, routes } from '../routes.ts';
import type { ContractCase, ContractTarget } from './contract-case.ts';
import { accessCases } from './derived/access.ts';
import { answerCases } from './derived/answers.ts';
import { bodyCases } from './derived/bodies.ts';
import { idempotencyCases } from './derived/idempotency.ts';
import { authJourneys } from './journeys/auth.ts';
import { guestJourneys } from './journeys/guests.ts';
import { imageJourneys } from './journeys/images.ts';
import { notificationJourneys } from './journeys/notifications.ts';
import { waitlistJourneys } from './journeys/waitlists.ts';
import { createWorld } from './world.ts';

export type { ContractCase, ContractTarget, ReceivedMail } from './contract-case.ts';
export { pngOf } from './png.ts';

/**
 * The contract suite: every promise of the routes that are judged, as cases for any test runner. Cases make what they
 * need and may run in any order; those of one call share two accounts.
 */
export function contractCases(target: ContractTarget): ContractCase[] {
  const world = createWorld(target);
  const hasMail = target.mailsTo !== undefined;
  const derived = Object.entries<RouteSpec>(routes).flatMap(([key, route]) => {
    // The keys of `routes` are its names.
    const name = key as RouteName;
    return [answerCases, accessCases, bodyCases, idempotencyCases].flatMap((casesOf) =>
      casesOf(name, route, world),
    );
  });
  const journeys = [
    ...authJourneys(world, hasMail),
    ...imageJourneys(world),
    ...notificationJourneys(world, hasMail),
    ...waitlistJourneys(world),
    ...guestJourneys(world),
  ];
  const { capabilities } = target;
  return [...derived, ...journeys].filter(
    ({ route }) => capabilities?.includes(routes[route].capability) ?? true,
  );
}
