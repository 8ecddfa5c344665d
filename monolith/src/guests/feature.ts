import { ApiError, type PublicWaitlist, routes } from '@banyan/contracts';
import type { Handlers, Log } from '@banyan/serving';
import { sendAnswer } from '@banyan/serving';
import type { Knex } from 'knex';
import type { Line } from '../waitlists/line.ts';
import { lockWaitlistBySlug, lockWaitlistOf } from '../waitlists/line-lock.ts';
import type { ChangeFeed } from '../waitlists/live/change-feed.ts';
import type { GuestTokens } from './guest-tokens.ts';
import { findGuest, findPublicWaitlist, readPlace, readPublicWaitlist } from './place-store.ts';
import { createPlaceStreams } from './place-streams.ts';

export interface GuestsDeps {
  readonly db: Knex;
  readonly line: Line;
  readonly tokens: GuestTokens;
  readonly feed: ChangeFeed;
  /** The HTML of the join page; without a waitlist, of the page that says so. */
  readonly renderJoinPage: (page: {
    readonly slug: string;
    readonly waitlist: PublicWaitlist | undefined;
  }) => string;
  readonly log: Log;
  readonly heartbeatMs?: number;
}

export interface GuestsFeature {
  readonly handlers: Handlers<
    'joinPage' | 'getPublicWaitlist' | 'joinWaitlist' | 'getPlace' | 'leaveWaitlist'
  >;
  /** Ends the streams of places, which would otherwise hold a stop up for as long as guests wait. */
  drain(): void;
}

const slugSchema = routes.getPublicWaitlist.params.shape.slug;

/** What guests do, who have no account but a token that stands for their place. */
export function createGuestsFeature(deps: GuestsDeps): GuestsFeature {
  const { db, line, tokens, renderJoinPage } = deps;
  const streams = createPlaceStreams(deps);

  return {
    drain: streams.drain,
    handlers: {
      joinPage: {
        async stream({ params }, _raw, response) {
          // Anything may be typed into an address bar: what is no slug is no list's.
          const slug = slugSchema.safeParse(params.slug);
          const waitlist = slug.success ? await findPublicWaitlist(db, slug.data) : undefined;
          response
            .status(waitlist === undefined ? 404 : 200)
            .set('Cache-Control', 'no-cache')
            .type('html')
            .send(renderJoinPage({ slug: params.slug, waitlist }));
        },
      },

      getPublicWaitlist: async ({ params }) => ({
        status: 200,
        body: await readPublicWaitlist(db, params.slug),
      }),

      joinWaitlist: ({ caller, params, body, transact }) =>
        transact(async (tx) => {
          const waitlist = await lockWaitlistBySlug(tx, params.slug);
          if (!waitlist.open) {
            throw new ApiError('waitlist_closed', 'The waitlist takes nobody in at the moment.');
          }
          const waiteeId = await line.append(tx, waitlist.id, { ...body, userId: caller?.userId });
          const token = tokens.tokenOf(waiteeId);
          const place = await readPlace(tx, { waiteeId, waitlistId: waitlist.id });
          const location = `/api/public/waitees/${token}`;
          return { status: 201, body: { token, place }, headers: { location } };
        }),

      getPlace: {
        async stream({ params }, raw, response) {
          const form = raw.accepts(['application/json', 'text/event-stream']);
          if (form === false) {
            throw new ApiError('not_acceptable', 'A place is sent as JSON or as an event stream.', {
              headers: { vary: 'Accept' },
            });
          }
          const guest = await findGuest(db, tokens.hashOf(params.token));
          response.set('Vary', 'Accept');
          if (form === 'application/json') {
            sendAnswer(response, { status: 200, body: await readPlace(db, guest) });
          } else {
            streams.open(response, guest);
          }
        },
      },

      leaveWaitlist: ({ params, transact }) =>
        transact(async (tx) => {
          const guest = await findGuest(tx, tokens.hashOf(params.token));
          await lockWaitlistOf(tx, guest.waitlistId);
          await line.setStatus(tx, guest.waitlistId, guest.waiteeId, 'cancelled');
          return { status: 200, body: await readPlace(tx, guest) };
        }),
    },
  };
}
