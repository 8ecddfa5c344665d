import type { Place } from '@banyan/contracts';
import type { Log } from '@banyan/serving';
import type { Response } from 'express';
import type { Knex } from 'knex';
import type { ChangeFeed } from '../waitlists/live/change-feed.ts';
import { createRefresher } from '../waitlists/live/refresher.ts';
import { type EventWriter, openEventStream } from './event-writer.ts';
import { type GuestRef, readPlaces } from './place-store.ts';

export interface PlaceStreams {
  /** Sends the guest their place now and at each change, until one of both sides ends it or the guest is deleted. */
  open(response: Response, guest: GuestRef): void;
  /** Ends every stream; clients come back, and find a server that is not going away. */
  drain(): void;
}

export interface PlaceStreamsDeps {
  readonly db: Knex;
  readonly feed: ChangeFeed;
  readonly log: Log;
  readonly heartbeatMs?: number;
}

interface Follower {
  readonly waiteeId: string;
  readonly show: (place: Place | undefined) => void;
}

export function createPlaceStreams({ db, feed, log, heartbeatMs = 15_000 }: PlaceStreamsDeps): PlaceStreams {
  const open = new Set<EventWriter>();
  let draining = false;

  const { follow } = createRefresher<Follower>({
    feed,
    onFault: (error) => log.error({ err: error }, 'places could not be refreshed'),
    async refresh(waitlistId, followers) {
      const waiteeIds = [...new Set(followers.map((follower) => follower.waiteeId))];
      const places = await readPlaces(db, waitlistId, waiteeIds);
      for (const follower of followers) follower.show(places.get(follower.waiteeId));
    },
  });

  return {
    open(response, { waiteeId, waitlistId }) {
      const writer = openEventStream(response, heartbeatMs);
      if (draining || response.req.method === 'HEAD') {
        writer.end();
        return;
      }
      open.add(writer);
      const unfollow = follow(waitlistId, {
        waiteeId,
        show(place) {
          if (!open.has(writer)) return;
          if (place !== undefined) {
            writer.send({ event: 'place', data: place });
            return;
          }
          writer.send({ event: 'gone', data: {} });
          close();
        },
      });
      function close(): void {
        open.delete(writer);
        unfollow();
        writer.end();
      }
      // Comes for our own end as well as for a client that went away.
      response.on('close', () => {
        open.delete(writer);
        unfollow();
      });
    },

    drain() {
      draining = true;
      for (const writer of open) writer.end();
      open.clear();
    },
  };
}
