import { createHash, randomUUID } from 'node:crypto';
import { ApiError } from '@banyan/contracts';
import type { ImageFiles } from './image-files.ts';
import { insertImage, lockPhotoOf, setPhotoOf } from './image-rows.ts';
import type { ImageStore } from './image-store.ts';
import { judgeUpload } from './judge-upload.ts';
import type { Lanes } from './lanes.ts';
import { makeVariants } from './make-variants.ts';
import { photoOf } from './photo-of.ts';
import { isSystemError } from './system-error.ts';

/** From here on an image is made alone: decoding what is just allowed was seen to take 0.5 GB (interlaced PNG, AVIF). */
const largePixels = 16_000_000;

export interface ImageStoreDeps {
  readonly files: ImageFiles;
  readonly lanes: Lanes;
}

export function createImageStore({ files, lanes }: ImageStoreDeps): ImageStore {
  const store: ImageStore = {
    async prepare(bytes) {
      const upload = await judgeUpload(bytes);
      const lanesNeeded = upload.pixels > largePixels ? Number.POSITIVE_INFINITY : 1;
      const made = await lanes.run(lanesNeeded, () => makeVariants(upload));
      const id = randomUUID();
      try {
        await files.stage(id, made.files);
      } catch (cause) {
        await files.discardStaged(id);
        throw isSystemError(cause, 'ENOSPC', 'EDQUOT') ? noRoom(cause) : cause;
      }
      return { id, width: made.width, height: made.height, sha256: hashOf(made.files) };
    },

    async commit(db, prepared, ownerId) {
      await files.publish(prepared.id);
      return insertImage(db, { ...prepared, ownerId });
    },

    async commitPhoto(db, prepared, userId) {
      const before = await lockPhotoOf(db, userId);
      if (before === undefined) throw new ApiError('unauthorized', 'This account is gone.');
      await store.commit(db, prepared, userId);
      await setPhotoOf(db, userId, prepared.id);
      if (before.imageId !== null) await db('images').where({ id: before.imageId }).delete();
      return { photo: photoOf(prepared.id), replacedImageId: before.imageId };
    },

    discard: ({ id }) => files.discardStaged(id),
    removeFiles: (id) => files.remove(id),
  };
  return store;
}

/** Of what was made, not of the upload: whoever has an ETag learns nothing of the original. */
function hashOf(files: Awaited<ReturnType<typeof makeVariants>>['files']): Buffer {
  const hash = createHash('sha256');
  for (const { bytes } of files) hash.update(bytes);
  return hash.digest();
}

function noRoom(cause: unknown): ApiError {
  return new ApiError('unavailable', 'There is no room for images at this moment. Try again later.', {
    headers: { 'retry-after': '60' },
    cause,
  });
}
