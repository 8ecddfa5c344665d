import type { Notification, NotificationKind, NotificationStatus } from '@banyan/contracts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { createCursor, cutPage, exactTime, exactTimeOf } from '../paging/cursor.ts';

interface NotificationRow {
  readonly id: string;
  readonly waitlist_id: string;
  readonly waitee_id: string;
  readonly waitee_name: string;
  readonly kind: NotificationKind;
  readonly channel: 'mail';
  readonly status: NotificationStatus;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly sent_at: Date | null;
  readonly exact_created_at: string;
}

export interface NotificationQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly waitlistId?: string | undefined;
  readonly waiteeId?: string | undefined;
  readonly status?: NotificationStatus | undefined;
}

const cursors = createCursor('notifications', z.tuple([exactTime, z.uuid()]));

/** Newest first, of the waitlists that the owner has. */
export async function listNotifications(
  db: Knex,
  ownerId: string,
  query: NotificationQuery,
): Promise<{ readonly items: readonly Notification[]; readonly nextCursor: string | null }> {
  const { limit, cursor, waitlistId, waiteeId, status } = query;
  const select = ownNotifications(db, ownerId)
    .orderBy([
      { column: 'n.created_at', order: 'desc' },
      { column: 'n.id', order: 'desc' },
    ])
    .limit(limit + 1);
  if (waitlistId !== undefined) select.where('n.waitlist_id', waitlistId);
  if (waiteeId !== undefined) select.where('n.waitee_id', waiteeId);
  if (status !== undefined) select.where('n.status', status);
  if (cursor !== undefined) {
    select.whereRaw('(n.created_at, n.id) < (?::timestamptz, ?::uuid)', [...cursors.decode(cursor)]);
  }
  const page = cutPage<NotificationRow, [string, string]>(await select, limit, cursors, (row) => [
    row.exact_created_at,
    row.id,
  ]);
  return { items: page.rows.map(toNotification), nextCursor: page.nextCursor };
}

/** Undefined also for another's: nobody learns that it is there. */
export async function readNotification(
  db: Knex,
  ownerId: string,
  id: string,
): Promise<Notification | undefined> {
  const [row] = await ownNotifications(db, ownerId).where('n.id', id);
  return row === undefined ? undefined : toNotification(row);
}

/** The reminder of a guest that was asked for and not sent yet. */
export async function unsentReminderOf(db: Knex.Transaction, waiteeId: string): Promise<string | undefined> {
  const row = await db('notifications')
    .where({ waitee_id: waiteeId, kind: 'reminder' })
    .whereIn('status', ['due', 'sending'])
    .first<{ id: string } | undefined>('id');
  return row?.id;
}

function ownNotifications(db: Knex, ownerId: string): Knex.QueryBuilder<object, NotificationRow[]> {
  return db('notifications as n')
    .join('waitlists as list', 'list.id', 'n.waitlist_id')
    .join('waitees as guest', 'guest.id', 'n.waitee_id')
    .where('list.owner_id', ownerId)
    .select<NotificationRow[]>(
      'n.id',
      'n.waitlist_id',
      'n.waitee_id',
      'guest.name as waitee_name',
      'n.kind',
      'n.channel',
      'n.status',
      'n.attempts',
      'n.last_error',
      'n.created_at',
      'n.sent_at',
      db.raw(`${exactTimeOf('n.created_at')} AS exact_created_at`),
    );
}

function toNotification(row: NotificationRow): Notification {
  return {
    id: row.id,
    waitlistId: row.waitlist_id,
    waiteeId: row.waitee_id,
    waiteeName: row.waitee_name,
    kind: row.kind,
    channel: row.channel,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
  };
}
