import type { Image } from '@banyan/contracts';
import { imageLinksOf } from '@banyan/contracts';
import type { Knex } from 'knex';

interface ImageRow {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly created_at: Date;
}

export interface NewImage {
  readonly id: string;
  readonly ownerId: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: Buffer;
}

export async function insertImage(db: Knex.Transaction, image: NewImage): Promise<Image> {
  const { id, width, height, sha256 } = image;
  const [row] = await db('images')
    .insert({ id, owner_id: image.ownerId, width, height, sha256 })
    .returning<ImageRow[]>(['id', 'width', 'height', 'created_at']);
  if (row === undefined) throw new Error('an INSERT returned no row');
  return toImage(row);
}

export async function readOwnImage(db: Knex, ownerId: string, id: string): Promise<Image | undefined> {
  const row = await db('images')
    .where({ id, owner_id: ownerId })
    .first<ImageRow | undefined>('id', 'width', 'height', 'created_at');
  return row === undefined ? undefined : toImage(row);
}

/** @returns whether the owner had it */
export async function deleteOwnImage(db: Knex.Transaction, ownerId: string, id: string): Promise<boolean> {
  return (await db('images').where({ id, owner_id: ownerId }).delete()) > 0;
}

export async function readSha256(db: Knex, id: string): Promise<Buffer | undefined> {
  const row = await db('images').where({ id }).first<{ sha256: Buffer } | undefined>('sha256');
  return row?.sha256;
}

/** Of these ids, those that no row has. */
export async function idsWithoutRow(db: Knex, ids: readonly string[]): Promise<string[]> {
  const known = new Set<string>(await db('images').whereIn('id', ids).pluck('id'));
  return ids.filter((id) => !known.has(id));
}

export async function hasImages(db: Knex): Promise<boolean> {
  return (await db('images').first('id')) !== undefined;
}

/**
 * The id of a user's photo. Their row stays locked to the end of the transaction, so that of two changes at once the
 * second sees what the first made, and removes it.
 */
export async function lockPhotoOf(
  db: Knex.Transaction,
  userId: string,
): Promise<{ readonly imageId: string | null } | undefined> {
  const { rows } = await db.raw<{ rows: { photo_image_id: string | null }[] }>(
    'SELECT photo_image_id FROM users WHERE id = ? FOR NO KEY UPDATE',
    [userId],
  );
  return rows[0] === undefined ? undefined : { imageId: rows[0].photo_image_id };
}

export async function setPhotoOf(
  db: Knex.Transaction,
  userId: string,
  imageId: string | null,
): Promise<void> {
  await db('users').where({ id: userId }).update({ photo_image_id: imageId, updated_at: db.fn.now() });
}

function toImage({ id, width, height, created_at }: ImageRow): Image {
  return { id, width, height, links: imageLinksOf(id), createdAt: created_at.toISOString() };
}
