import { ApiError, type Place, type PublicWaitlist, type WaiteeStatus } from '@banyan/contracts';
import type { Knex } from 'knex';
import { estimateWaitMinutes } from '../waitlists/estimate.ts';
import { noSuchWaitlist } from '../waitlists/line-lock.ts';

/** A guest, as found by their token. */
export interface GuestRef {
  readonly waiteeId: string;
  readonly waitlistId: string;
}

interface PlaceRow {
  readonly id: string;
  readonly slug: string;
  readonly list_name: string;
  readonly minutes_per_party: number;
  readonly name: string;
  readonly party_size: number;
  readonly status: WaiteeStatus;
  readonly position: number | null;
  readonly joined_at: Date;
  readonly called_at: Date | null;
}

/** @throws ApiError not_found */
export async function readPublicWaitlist(db: Knex, slug: string): Promise<PublicWaitlist> {
  const waitlist = await findPublicWaitlist(db, slug);
  if (waitlist === undefined) throw noSuchWaitlist();
  return waitlist;
}

export async function findPublicWaitlist(db: Knex, slug: string): Promise<PublicWaitlist | undefined> {
  interface Row {
    readonly name: string;
    readonly open: boolean;
    readonly minutes_per_party: number;
    readonly waiting_count: number;
  }
  const { rows } = await db.raw<{ rows: Row[] }>(
    `SELECT name, open, minutes_per_party,
       (SELECT count(*)::int FROM waitees WHERE waitlist_id = waitlists.id AND status = 'waiting') AS waiting_count
     FROM waitlists WHERE slug = ?`,
    [slug],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    slug,
    name: row.name,
    open: row.open,
    waitingCount: row.waiting_count,
    estimatedWaitMinutes: estimateWaitMinutes(row.waiting_count + 1, row.minutes_per_party),
  };
}

/** @throws ApiError not_found */
export async function findGuest(db: Knex, tokenHash: Buffer): Promise<GuestRef> {
  const { rows } = await db.raw<{ rows: { id: string; waitlist_id: string }[] }>(
    'SELECT id, waitlist_id FROM waitees WHERE token_hash = ?',
    [tokenHash],
  );
  if (rows[0] === undefined) throw noSuchPlace();
  return { waiteeId: rows[0].id, waitlistId: rows[0].waitlist_id };
}

/** @throws ApiError not_found */
export async function readPlace(db: Knex, guest: GuestRef): Promise<Place> {
  const place = (await readPlaces(db, guest.waitlistId, [guest.waiteeId])).get(guest.waiteeId);
  if (place === undefined) throw noSuchPlace();
  return place;
}

/** The places of some guests of one list, by their ids; those who were deleted are not among them. */
export async function readPlaces(
  db: Knex,
  waitlistId: string,
  waiteeIds: readonly string[],
): Promise<ReadonlyMap<string, Place>> {
  const { rows } = await db.raw<{ rows: PlaceRow[] }>(
    `SELECT guest.id, list.slug, list.name AS list_name, list.minutes_per_party, guest.name, guest.party_size,
       guest.status, line.position, guest.joined_at, guest.called_at
     FROM waitlists list
     JOIN waitees guest ON guest.waitlist_id = list.id
     LEFT JOIN (
       SELECT id, row_number() OVER (ORDER BY rank, id)::int AS position
       FROM waitees WHERE waitlist_id = ? AND status = 'waiting'
     ) line ON line.id = guest.id
     WHERE list.id = ? AND guest.id = ANY (?::uuid[])`,
    [waitlistId, waitlistId, [...waiteeIds]],
  );
  return new Map(rows.map((row) => [row.id, toPlace(row)]));
}

function toPlace(row: PlaceRow): Place {
  return {
    waitlist: { slug: row.slug, name: row.list_name },
    name: row.name,
    partySize: row.party_size,
    status: row.status,
    position: row.position,
    estimatedWaitMinutes:
      row.position === null ? null : estimateWaitMinutes(row.position, row.minutes_per_party),
    joinedAt: row.joined_at.toISOString(),
    calledAt: row.called_at?.toISOString() ?? null,
  };
}

function noSuchPlace(): ApiError {
  return new ApiError('not_found', 'There is no such place in a line.');
}
