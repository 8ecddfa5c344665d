import { randomInt, randomUUID } from 'node:crypto';
import { ApiError, type Waitlist } from '@banyan/contracts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { createCursor, cutPage, exactTime, exactTimeOf } from '../paging/cursor.ts';
import { lockOwnWaitlist, noSuchWaitlist } from './line-lock.ts';
import { announceChange } from './live/announce-change.ts';
import { slugFromName, withSuffix } from './slug.ts';

interface WaitlistRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly open: boolean;
  readonly minutes_per_party: number;
  readonly waiting_count: number;
  readonly called_count: number;
  readonly created_at: Date;
  readonly created_exactly: string;
  readonly updated_at: Date;
}

export interface WaitlistFields {
  readonly name: string;
  readonly slug?: string | undefined;
  readonly open: boolean;
  readonly minutesPerParty: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const select = `
  SELECT list.id, list.slug, list.name, list.open, list.minutes_per_party, list.created_at, list.updated_at,
    ${exactTimeOf('list.created_at')} AS created_exactly, counts.*
  FROM waitlists list
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status = 'waiting')::int AS waiting_count,
      count(*) FILTER (WHERE status = 'called')::int AS called_count
    FROM waitees WHERE waitlist_id = list.id AND status IN ('waiting', 'called')
  ) counts`;

const newestFirst = createCursor('waitlists', z.tuple([exactTime, z.uuid()]));

export async function listWaitlists(
  db: Knex,
  ownerId: string,
  page: PageRequest,
): Promise<{ readonly items: readonly Waitlist[]; readonly nextCursor: string | null }> {
  const after = page.cursor === undefined ? [] : newestFirst.decode(page.cursor);
  const { rows } = await db.raw<{ rows: WaitlistRow[] }>(
    `${select}
     WHERE list.owner_id = ? ${after.length > 0 ? 'AND (list.created_at, list.id) < (?::timestamptz, ?::uuid)' : ''}
     ORDER BY list.created_at DESC, list.id DESC LIMIT ?`,
    [ownerId, ...after, page.limit + 1],
  );
  const cut = cutPage(rows, page.limit, newestFirst, (row) => [row.created_exactly, row.id]);
  return { items: cut.rows.map(toWaitlist), nextCursor: cut.nextCursor };
}

/** @throws ApiError not_found, also for a list of another's: nobody learns that it is there */
export async function readWaitlist(db: Knex, ownerId: string, id: string): Promise<Waitlist> {
  const { rows } = await db.raw<{ rows: WaitlistRow[] }>(
    `${select} WHERE list.id = ? AND list.owner_id = ?`,
    [id, ownerId],
  );
  if (rows[0] === undefined) throw noSuchWaitlist();
  return toWaitlist(rows[0]);
}

/** Whoever's it is: only for those who were let in before. */
export async function findWaitlist(db: Knex, id: string): Promise<Waitlist | undefined> {
  const { rows } = await db.raw<{ rows: WaitlistRow[] }>(`${select} WHERE list.id = ?`, [id]);
  return rows[0] === undefined ? undefined : toWaitlist(rows[0]);
}

/** @throws ApiError slug_taken, only for a slug that the host chose: one made from a name gives way */
export async function insertWaitlist(
  db: Knex.Transaction,
  ownerId: string,
  fields: WaitlistFields,
): Promise<Waitlist> {
  const id = randomUUID();
  for (const slug of candidateSlugs(fields)) {
    // Not caught but avoided: a failed statement would end the transaction, and the request with it.
    const inserted = await db('waitlists')
      .insert({
        id,
        owner_id: ownerId,
        slug,
        name: fields.name,
        open: fields.open,
        minutes_per_party: fields.minutesPerParty,
      })
      .onConflict('slug')
      .ignore()
      .returning('id');
    if (inserted.length > 0) return await readWaitlist(db, ownerId, id);
  }
  if (fields.slug !== undefined) throw slugTaken();
  throw new Error(`no free slug was found for a list named ${JSON.stringify(fields.name)}`);
}

/** @throws ApiError not_found, slug_taken */
export async function changeWaitlist(
  db: Knex.Transaction,
  ownerId: string,
  id: string,
  change: { readonly [Field in keyof WaitlistFields]?: WaitlistFields[Field] | undefined },
): Promise<Waitlist> {
  await lockOwnWaitlist(db, ownerId, id);
  const columns = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.slug === undefined ? {} : { slug: change.slug }),
    ...(change.open === undefined ? {} : { open: change.open }),
    ...(change.minutesPerParty === undefined ? {} : { minutes_per_party: change.minutesPerParty }),
  };
  if (Object.keys(columns).length > 0) {
    try {
      await db('waitlists')
        .where({ id })
        .update({ ...columns, updated_at: db.fn.now() });
    } catch (error) {
      throw isSlugTaken(error) ? slugTaken(error) : error;
    }
    await announceChange(db, id);
  }
  return await readWaitlist(db, ownerId, id);
}

/** Its guests and their notifications go with it. @throws ApiError not_found */
export async function deleteWaitlist(db: Knex.Transaction, ownerId: string, id: string): Promise<void> {
  const deleted = await db('waitlists').where({ id, owner_id: ownerId }).delete();
  if (deleted === 0) throw noSuchWaitlist();
  await announceChange(db, id);
}

function* candidateSlugs(fields: WaitlistFields): Generator<string> {
  if (fields.slug !== undefined) {
    yield fields.slug;
    return;
  }
  const base = slugFromName(fields.name);
  yield base;
  for (const length of [4, 4, 6, 8, 10]) yield withSuffix(base, length, (limit) => randomInt(limit));
}

function toWaitlist(row: WaitlistRow): Waitlist {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    open: row.open,
    minutesPerParty: row.minutes_per_party,
    waitingCount: row.waiting_count,
    calledCount: row.called_count,
    joinPath: `/join/${row.slug}`,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function isSlugTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'waitlists_slug_key';
}

function slugTaken(cause?: unknown): ApiError {
  return new ApiError('slug_taken', 'Another waitlist has this slug.', { cause });
}
