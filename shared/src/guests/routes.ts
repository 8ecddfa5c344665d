import { z } from 'zod';
import { opaqueToken, slug } from '../fields.ts';
import { defineRoute, json, media } from '../route.ts';
import { newWaitee } from '../waitlists/waitlist.ts';
import { place, placeEvent, publicWaitlist } from './place.ts';

const slugParams = z.strictObject({ slug });
const tokenParams = z.strictObject({ token: opaqueToken });

/** What guests use: no account, and a token that stands for their own place in the line. */
export const guestRoutes = {
  joinPage: defineRoute({
    capability: 'none',
    method: 'GET',
    path: '/join/:slug',
    summary: 'The page on which guests join',
    access: 'anyone',
    params: z.strictObject({ slug: z.string() }),
    answers: { 200: media('A page', ['text/html']), 404: media('A page that says so', ['text/html']) },
    errors: [],
    replay: 'safe',
    volatile: [],
  }),
  getPublicWaitlist: defineRoute({
    capability: 'none',
    method: 'GET',
    path: '/api/public/waitlists/:slug',
    summary: 'Read what a guest may know of a waitlist',
    access: 'anyone',
    params: slugParams,
    answers: { 200: json('The waitlist', publicWaitlist) },
    errors: ['not_found'],
    replay: 'safe',
    volatile: [],
  }),
  joinWaitlist: defineRoute({
    capability: 'none',
    method: 'POST',
    path: '/api/public/waitlists/:slug/waitees',
    summary: 'Join the line; a guest who is logged in brings their photo',
    access: 'optional-user',
    params: slugParams,
    json: newWaitee.omit({ note: true }),
    answers: {
      201: json('The place, with the token that stands for it', z.object({ token: z.string(), place })),
    },
    errors: ['not_found', 'waitlist_closed'],
    replay: 'keyed',
    volatile: ['token', 'place.position', 'place.estimatedWaitMinutes', 'place.joinedAt'],
    headers: ['location'],
  }),
  getPlace: defineRoute({
    capability: 'none',
    method: 'GET',
    path: '/api/public/waitees/:token',
    summary: 'Read my own place; as text/event-stream, be told of each change',
    access: 'anyone',
    params: tokenParams,
    answers: {
      200: {
        kind: 'json-or-events',
        description:
          'The place; as a stream: one `place` event now and one at each change, then `gone` if deleted',
        schema: place,
        event: placeEvent,
      },
    },
    errors: ['not_found', 'not_acceptable'],
    replay: 'safe',
    volatile: [],
  }),
  leaveWaitlist: defineRoute({
    capability: 'none',
    method: 'POST',
    path: '/api/public/waitees/:token/leave',
    summary: 'Leave the line',
    access: 'anyone',
    params: tokenParams,
    answers: { 200: json('The place, cancelled', place) },
    errors: ['not_found', 'invalid_transition'],
    replay: 'keyed',
    volatile: [],
  }),
} as const;
