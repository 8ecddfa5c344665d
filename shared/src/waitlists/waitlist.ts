import { z } from 'zod';
import { email, phone, slug, text, timestamp, uuid } from '../fields.ts';
import { photo } from '../images/image.ts';
import { waiteeStatus } from './waitee-state.ts';

export const waitlist = z.object({
  id: uuid,
  slug: z.string(),
  name: z.string(),
  /** Whether guests may join. */
  open: z.boolean(),
  /** What the estimate is made from: how long a party ahead makes the next one wait. */
  minutesPerParty: z.int(),
  waitingCount: z.int(),
  calledCount: z.int(),
  /** Where guests join, as a path on this host. */
  joinPath: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Waitlist = z.output<typeof waitlist>;

export const newWaitlist = z.strictObject({
  name: text(80),
  /** Made from the name when left out. */
  slug: slug.optional(),
  minutesPerParty: z.int().min(1).max(240).default(10),
  open: z.boolean().default(true),
});

export const waitlistChange = z.strictObject({
  name: text(80).optional(),
  slug: slug.optional(),
  minutesPerParty: z.int().min(1).max(240).optional(),
  open: z.boolean().optional(),
});

export const waitee = z.object({
  id: uuid,
  waitlistId: uuid,
  name: z.string(),
  partySize: z.int(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  note: z.string().nullable(),
  /** Of the guest's account, if they joined while logged in and have one. */
  photo: photo.nullable(),
  status: waiteeStatus,
  /** From 1, among those waiting; null once called. */
  position: z.int().positive().nullable(),
  /** Null once called. */
  estimatedWaitMinutes: z.int().min(0).nullable(),
  joinedAt: timestamp,
  calledAt: timestamp.nullable(),
  /** When the guest was seated, cancelled or did not show. */
  closedAt: timestamp.nullable(),
});
export type Waitee = z.output<typeof waitee>;

export const newWaitee = z.strictObject({
  name: text(80),
  partySize: z.int().min(1).max(50),
  email: email.optional(),
  phone: phone.optional(),
  note: text(500).optional(),
});

export const waiteeChange = z.strictObject({
  name: text(80).optional(),
  partySize: z.int().min(1).max(50).optional(),
  email: email.nullable().optional(),
  phone: phone.nullable().optional(),
  note: text(500).nullable().optional(),
});
