import type { Waitee, WaiteeStatus } from '@banyan/contracts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { photoOf } from '../images/photo-of.ts';
import { bigintText, createCursor, cutPage } from '../paging/cursor.ts';
import { estimateWaitMinutes } from './estimate.ts';
import { noSuchGuest } from './line.ts';
import { announceChange } from './live/announce-change.ts';
import type { PageRequest } from './waitlist-store.ts';

interface WaiteeRow {
  readonly id: string;
  readonly waitlist_id: string;
  readonly name: string;
  readonly party_size: number;
  readonly email: string | null;
  readonly phone: string | null;
  readonly note: string | null;
  readonly photo_image_id: string | null;
  readonly status: WaiteeStatus;
  readonly position: number | null;
  readonly minutes_per_party: number;
  readonly joined_at: Date;
  readonly called_at: Date | null;
  readonly closed_at: Date | null;
  readonly part: number;
  readonly sort: string;
}

export interface WaiteeChange {
  readonly name?: string | undefined;
  readonly partySize?: number | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly note?: string | null | undefined;
}

/** Whole microseconds, so that a moment can be turned round to sort latest first. */
function microsOf(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint`;
}

/** Binds the list twice. `(part, sort, id)` is the order of the board: called, waiting, closed latest first. */
const select = `
  SELECT * FROM (
    SELECT guest.id, guest.waitlist_id, guest.name, guest.party_size, guest.email, guest.phone, guest.note,
      account.photo_image_id, guest.status, line.position, list.minutes_per_party,
      guest.joined_at, guest.called_at, guest.closed_at,
      CASE guest.status WHEN 'called' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END AS part,
      CASE guest.status
        WHEN 'called' THEN coalesce(${microsOf('guest.called_at')}, 0)
        WHEN 'waiting' THEN guest.rank
        ELSE coalesce(-${microsOf('guest.closed_at')}, 0)
      END AS sort
    FROM waitlists list
    JOIN waitees guest ON guest.waitlist_id = list.id
    LEFT JOIN users account ON account.id = guest.user_id
    LEFT JOIN (
      SELECT id, row_number() OVER (ORDER BY rank, id)::int AS position
      FROM waitees WHERE waitlist_id = ? AND status = 'waiting'
    ) line ON line.id = guest.id
    WHERE list.id = ?
  ) guest`;

const inBoardOrder = createCursor('waitees', z.tuple([z.int().min(0).max(2), bigintText, z.uuid()]));

/** Whose list it is was asked before. */
export async function listWaitees(
  db: Knex,
  waitlistId: string,
  page: PageRequest & { readonly status?: WaiteeStatus | undefined },
): Promise<{ readonly items: readonly Waitee[]; readonly nextCursor: string | null }> {
  const after = page.cursor === undefined ? [] : inBoardOrder.decode(page.cursor);
  const status = page.status === undefined ? [] : [page.status];
  const { rows } = await db.raw<{ rows: WaiteeRow[] }>(
    `${select}
     WHERE true ${status.length > 0 ? 'AND status = ?' : ''}
       ${after.length > 0 ? 'AND (part, sort, id) > (?::int, ?::bigint, ?::uuid)' : ''}
     ORDER BY part, sort, id LIMIT ?`,
    [waitlistId, waitlistId, ...status, ...after, page.limit + 1],
  );
  const cut = cutPage(rows, page.limit, inBoardOrder, (row) => [row.part, row.sort, row.id]);
  return { items: cut.rows.map(toWaitee), nextCursor: cut.nextCursor };
}

/** Those who wait, in their order. */
export async function readLine(db: Knex, waitlistId: string): Promise<readonly Waitee[]> {
  const { rows } = await db.raw<{ rows: WaiteeRow[] }>(`${select} WHERE part = 1 ORDER BY sort, id`, [
    waitlistId,
    waitlistId,
  ]);
  return rows.map(toWaitee);
}

/** What a board shows: everyone who is called or waits, and those who were closed last. */
export async function readBoardWaitees(
  db: Knex,
  waitlistId: string,
  maxClosed: number,
): Promise<readonly Waitee[]> {
  const { rows } = await db.raw<{ rows: WaiteeRow[] }>(
    `(${select} WHERE part < 2) UNION ALL (${select} WHERE part = 2 ORDER BY sort, id LIMIT ?)
     ORDER BY part, sort, id`,
    [waitlistId, waitlistId, waitlistId, waitlistId, maxClosed],
  );
  return rows.map(toWaitee);
}

/** @throws ApiError not_found, also for a guest of another list */
export async function readWaitee(db: Knex, waitlistId: string, id: string): Promise<Waitee> {
  const { rows } = await db.raw<{ rows: WaiteeRow[] }>(`${select} WHERE id = ?`, [
    waitlistId,
    waitlistId,
    id,
  ]);
  if (rows[0] === undefined) throw noSuchGuest();
  return toWaitee(rows[0]);
}

/** @throws ApiError not_found */
export async function changeWaitee(
  db: Knex.Transaction,
  waitlistId: string,
  id: string,
  change: WaiteeChange,
): Promise<void> {
  const columns = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.partySize === undefined ? {} : { party_size: change.partySize }),
    ...(change.email === undefined ? {} : { email: change.email }),
    ...(change.phone === undefined ? {} : { phone: change.phone }),
    ...(change.note === undefined ? {} : { note: change.note }),
  };
  if (Object.keys(columns).length === 0) return;
  const changed = await db('waitees').where({ id, waitlist_id: waitlistId }).update(columns);
  if (changed === 0) throw noSuchGuest();
  await announceChange(db, waitlistId);
}

/** Their notifications go with them. @throws ApiError not_found */
export async function deleteWaitee(db: Knex.Transaction, waitlistId: string, id: string): Promise<void> {
  const deleted = await db('waitees').where({ id, waitlist_id: waitlistId }).delete();
  if (deleted === 0) throw noSuchGuest();
  await announceChange(db, waitlistId);
}

function toWaitee(row: WaiteeRow): Waitee {
  return {
    id: row.id,
    waitlistId: row.waitlist_id,
    name: row.name,
    partySize: row.party_size,
    email: row.email,
    phone: row.phone,
    note: row.note,
    photo: photoOf(row.photo_image_id),
    status: row.status,
    position: row.position,
    estimatedWaitMinutes:
      row.position === null ? null : estimateWaitMinutes(row.position, row.minutes_per_party),
    joinedAt: row.joined_at.toISOString(),
    calledAt: row.called_at?.toISOString() ?? null,
    closedAt: row.closed_at?.toISOString() ?? null,
  };
}
