import { authRoutes } from './auth/routes.ts';
import { guestRoutes } from './guests/routes.ts';
import { imageRoutes } from './images/routes.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { waitlistRoutes } from './waitlists/routes.ts';

/** The client API, whole: the one place in which a route is declared. */
export const routes = {
  ...authRoutes,
  ...imageRoutes,
  ...notificationRoutes,
  ...waitlistRoutes,
  ...guestRoutes,
} as const;

export type RouteName = keyof typeof routes;
export type RouteOf<N extends RouteName> = (typeof routes)[N];

/** The routes that a capability owns, by name. */
export type RouteNameOf<Capability extends string> = {
  [N in RouteName]: RouteOf<N>['capability'] extends Capability ? N : never;
}[RouteName];
