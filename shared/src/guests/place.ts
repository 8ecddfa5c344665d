import { z } from 'zod';
import { timestamp } from '../fields.ts';
import { waiteeStatus } from '../waitlists/waitee-state.ts';

export const publicWaitlist = z.object({
  slug: z.string(),
  name: z.string(),
  open: z.boolean(),
  waitingCount: z.int(),
  /** What a party that joins now may expect. */
  estimatedWaitMinutes: z.int().min(0),
});
export type PublicWaitlist = z.output<typeof publicWaitlist>;

/** A guest's own place, without what only hosts see. */
export const place = z.object({
  waitlist: z.object({ slug: z.string(), name: z.string() }),
  name: z.string(),
  partySize: z.int(),
  status: waiteeStatus,
  position: z.int().positive().nullable(),
  estimatedWaitMinutes: z.int().min(0).nullable(),
  joinedAt: timestamp,
  calledAt: timestamp.nullable(),
});
export type Place = z.output<typeof place>;

/** The events of a place's stream. The stream ends after `gone`. */
export const placeEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('place'), data: place }),
  z.object({ event: z.literal('gone'), data: z.object({}) }),
]);
export type PlaceEvent = z.output<typeof placeEvent>;
