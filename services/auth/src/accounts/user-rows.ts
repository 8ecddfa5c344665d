import { imageLinksOf, type User } from '@banyan/contracts';
import type { Knex } from 'knex';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly phone: string | null;
  readonly photo_image_id: string | null;
  readonly created_at: Date;
}

export interface UserChange {
  readonly displayName?: string | undefined;
  readonly phone?: string | null | undefined;
}

export async function readUser(db: Knex, id: string): Promise<User | undefined> {
  const row: UserRow | undefined = await db('users')
    .where({ id })
    .first('id', 'email', 'display_name', 'phone', 'photo_image_id', 'created_at');
  if (row === undefined) return undefined;
  const photoId = row.photo_image_id;
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    phone: row.phone,
    photo: photoId === null ? null : { id: photoId, links: imageLinksOf(photoId) },
    createdAt: row.created_at.toISOString(),
  };
}

/** What a change leaves out stays as it is. */
export async function changeUser(
  db: Knex.Transaction,
  id: string,
  { displayName, phone }: UserChange,
  now: Date,
): Promise<void> {
  if (displayName === undefined && phone === undefined) return;
  await db('users')
    .where({ id })
    .update({
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(phone === undefined ? {} : { phone }),
      updated_at: now,
    });
}

export async function isEmailTaken(db: Knex, email: string): Promise<boolean> {
  const row: unknown = await db('users').where({ email }).first('id');
  return row !== undefined;
}
