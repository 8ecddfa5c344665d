import type { Image, Photo } from '@banyan/contracts';
import type { Knex } from 'knex';

/** An upload that was judged and made into its variants. Its files are staged: no row and no reader knows of them yet. */
export interface PreparedImage {
  readonly id: string;
  /** Of the largest variant, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly sha256: Buffer;
}

/**
 * Takes images in, in two parts, since the first is slow and must hold no transaction open:
 *
 *     const prepared = await images.prepare(upload.bytes);
 *     try {
 *       return await transact(async (db) => … await images.commit(db, prepared, ownerId) …);
 *     } finally {
 *       await images.discard(prepared);
 *     }
 */
export interface ImageStore {
  /**
   * Judges an upload by its bytes, and makes every variant of it.
   * @throws ApiError unsupported_media_type, payload_too_large (pixels), unprocessable_image, unavailable
   */
  readonly prepare: (upload: Uint8Array) => Promise<PreparedImage>;
  /** Moves the files to their place, then adds the row to the caller's transaction. */
  readonly commit: (db: Knex.Transaction, prepared: PreparedImage, ownerId: string) => Promise<Image>;
  /**
   * `commit`, and makes the image its owner's photo in the same transaction. `replacedImageId` is of the photo before,
   * whose row is gone with this transaction: pass it to `removeFiles` once that is committed.
   */
  readonly commitPhoto: (
    db: Knex.Transaction,
    prepared: PreparedImage,
    userId: string,
  ) => Promise<{ readonly photo: Photo; readonly replacedImageId: string | null }>;
  /**
   * Call it whatever became of the transaction. Deletes what is still staged, and nothing that `commit` has moved: a
   * COMMIT whose answer was lost may have held, and a row must never be without its files.
   */
  readonly discard: (prepared: PreparedImage) => Promise<void>;
  /** Deletes the files of an image whose row is gone. What fails here is found by the sweep. */
  readonly removeFiles: (imageId: string) => Promise<void>;
}
