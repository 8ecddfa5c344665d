import type { RouteNameOf } from '@banyan/contracts';
import type { Clock, Handlers, Log } from '@banyan/serving';
import type { Knex } from 'knex';
import { createImageStore } from './create-image-store.ts';
import { createImageFiles } from './image-files.ts';
import { deleteOwnImage, lockPhotoOf, readOwnImage } from './image-rows.ts';
import type { ImageStore } from './image-store.ts';
import { createLanes } from './lanes.ts';
import { restrictSharp } from './make-variants.ts';
import { createVariantServer, noSuchImage } from './serve-variant.ts';
import { createSweeper } from './sweeper.ts';

export interface ImagesDeps {
  readonly db: Knex;
  readonly uploadsDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

type ImageRouteName = RouteNameOf<'images'>;

export interface ImagesFeature {
  readonly handlers: Handlers<ImageRouteName>;
  /** For the registration, whose form may bring a photo. */
  readonly images: ImageStore;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Two lanes of 0.6 s for a photo of 12 megapixels: who is the last of 16 to wait does so for about 5 s. */
const laneLimits = { lanes: 2, waiting: 16, retryAfterSeconds: 5 };

/** Rejects if the folder for uploads can't be written. */
export async function createImagesFeature(deps: ImagesDeps): Promise<ImagesFeature> {
  const { db, uploadsDir, clock, log } = deps;
  restrictSharp();
  const files = createImageFiles(uploadsDir);
  await files.makeFolders();
  const images = createImageStore({ files, lanes: createLanes(laneLimits) });
  const sweeper = createSweeper({ db, files, now: () => clock.now(), log });
  return {
    handlers: createImageHandlers(db, images, createVariantServer(db, files)),
    images,
    start: sweeper.start,
    stop: sweeper.stop,
  };
}

function createImageHandlers(
  db: Knex,
  images: ImageStore,
  getImageVariant: Handlers<'getImageVariant'>['getImageVariant'],
): Handlers<ImageRouteName> {
  return {
    getImageVariant,

    async createImage({ caller, upload, transact }) {
      const prepared = await images.prepare(upload.bytes);
      try {
        return await transact(async (tx) => {
          const image = await images.commit(tx, prepared, caller.userId);
          return { status: 201, body: image, headers: { location: `/api/images/${image.id}` } };
        });
      } finally {
        await images.discard(prepared);
      }
    },

    async putMyPhoto({ caller, upload, transact, afterCommit }) {
      const prepared = await images.prepare(upload.bytes);
      try {
        return await transact(async (tx) => {
          const { photo, replacedImageId } = await images.commitPhoto(tx, prepared, caller.userId);
          if (replacedImageId !== null) afterCommit(() => images.removeFiles(replacedImageId));
          return { status: 200, body: { photo } };
        });
      } finally {
        await images.discard(prepared);
      }
    },

    deleteMyPhoto: ({ caller, transact, afterCommit }) =>
      transact(async (tx) => {
        const imageId = (await lockPhotoOf(tx, caller.userId))?.imageId ?? null;
        if (imageId !== null) {
          // The user's row lets go of it by its foreign key.
          await deleteOwnImage(tx, caller.userId, imageId);
          afterCommit(() => images.removeFiles(imageId));
        }
        return { status: 204 };
      }),

    async getImage({ caller, params }) {
      const image = await readOwnImage(db, caller.userId, params.id);
      if (image === undefined) throw noSuchImage();
      return { status: 200, body: image };
    },

    deleteImage: ({ caller, params, transact, afterCommit }) =>
      transact(async (tx) => {
        if (!(await deleteOwnImage(tx, caller.userId, params.id))) throw noSuchImage();
        afterCommit(() => images.removeFiles(params.id));
        return { status: 204 };
      }),
  };
}
