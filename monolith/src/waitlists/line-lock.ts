import { ApiError } from '@banyan/contracts';
import type { Knex } from 'knex';

/*
 * The lock on a waitlist's row makes one transaction the only one that changes the list or its line until it ends. Each
 * change of a line takes it first, before any guest's row: so no two guests get one rank, and no two changes wait for
 * each other in a circle.
 *
 * It is a statement of its own: one that waited for a lock goes on to read what was there before it waited.
 */

/** @throws ApiError not_found, also for a list of another's: nobody learns that it is there */
export async function lockOwnWaitlist(db: Knex.Transaction, ownerId: string, id: string): Promise<void> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    'SELECT FROM waitlists WHERE id = ? AND owner_id = ? FOR NO KEY UPDATE',
    [id, ownerId],
  );
  if (rows.length === 0) throw noSuchWaitlist();
}

export interface PublicList {
  readonly id: string;
  readonly open: boolean;
}

/** @throws ApiError not_found */
export async function lockWaitlistBySlug(db: Knex.Transaction, slug: string): Promise<PublicList> {
  const { rows } = await db.raw<{ rows: PublicList[] }>(
    'SELECT id, open FROM waitlists WHERE slug = ? FOR NO KEY UPDATE',
    [slug],
  );
  if (rows[0] === undefined) throw noSuchWaitlist();
  return rows[0];
}

/** For a guest, who is known by their token; none if the list has been deleted meanwhile. */
export async function lockWaitlistOf(db: Knex.Transaction, id: string): Promise<void> {
  await db.raw('SELECT FROM waitlists WHERE id = ? FOR NO KEY UPDATE', [id]);
}

export function noSuchWaitlist(): ApiError {
  return new ApiError('not_found', 'There is no such waitlist.');
}
