import { createHash, randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ApiError, imageLinksOf } from '@banyan/contracts';
import {
  assignRequestId,
  bindRoutes,
  type Clock,
  createAuthenticator,
  createDatabaseTokenKeys,
  createKeptAnswers,
  createLog,
  mapErrors,
  monolithTokenKey,
  refuseUnknownPaths,
} from '@banyan/serving';
import express from 'express';
import type { Knex } from 'knex';
import type { Config } from '../config.ts';

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * The routes of images, as far as a registration needs them: takes what begins as a PNG does, in the user's name, and
 * gives out a few bytes for it.
 */
export function createImagesStandIn(db: Knex, config: Config, clock: Clock): RequestListener {
  const log = createLog('images-stand-in', 'silent');
  const tokenKeys = createDatabaseTokenKeys({
    db,
    clock,
    log,
    known: { [config.legacyJwtKeyId]: monolithTokenKey(config.legacyJwtSecret) },
  });
  const { authenticate } = createAuthenticator({ db, clock, findTokenKey: tokenKeys.find });
  const app = express();
  app.use(assignRequestId);
  bindRoutes(
    app,
    {
      async putMyPhoto({ caller, upload, transact }) {
        if (!upload.bytes.subarray(0, 8).equals(pngSignature)) {
          throw new ApiError('unsupported_media_type', 'The file is not an image that is taken here.');
        }
        return transact(async (tx) => {
          const id = randomUUID();
          const sha256 = createHash('sha256').update(upload.bytes).digest();
          await tx('images').insert({ id, owner_id: caller.userId, width: 1, height: 1, sha256 });
          await tx('auth.users').where({ id: caller.userId }).update({ photo_image_id: id });
          return { status: 200, body: { photo: { id, links: imageLinksOf(id) } } };
        });
      },
      getImageVariant: {
        async stream(_request, _raw, response) {
          response.setHeader('content-type', 'image/jpeg');
          response.end(Buffer.from('ffd8ffe0', 'hex'));
        },
      },
    },
    { db, keptAnswers: createKeptAnswers(config.idempotencySecret, clock), authenticate, log },
  );
  app.use(refuseUnknownPaths, mapErrors(log));
  return app;
}
