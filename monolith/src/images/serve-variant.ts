import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '@banyan/contracts';
import type { StreamHandler } from '@banyan/serving';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';
import { type ByteRange, parseByteRange } from './byte-range.ts';
import type { ImageFiles } from './image-files.ts';
import { imageFormats } from './image-format.ts';
import { readSha256 } from './image-rows.ts';
import { negotiateFormat } from './negotiate-format.ts';

/** Serves the bytes of a variant, as a cache would ask for them: by type, part, and only if changed (RFC 9110). */
export function createVariantServer(db: Knex, files: ImageFiles): StreamHandler<'getImageVariant'> {
  return {
    async stream({ params: { id, variant } }, request, response) {
      const sha256 = await readSha256(db, id);
      if (sha256 === undefined) throw noSuchImage();
      const format = negotiateFormat(request.get('accept'));
      if (format === undefined) {
        throw new ApiError('not_acceptable', 'An image is served as AVIF, WebP or JPEG alone.', {
          headers: { vary: 'Accept' },
        });
      }
      // The files of an image never change: what they were made from, and which of them it is, names their bytes.
      const etag = `"${sha256.toString('hex', 0, 16)}-${variant}-${format}"`;
      const validators = { etag, 'cache-control': 'public, max-age=300', vary: 'Accept' };
      if (isKnown(request.get('if-none-match'), etag)) {
        response.status(304).set(validators).end();
        return;
      }
      const file = await files.open(id, variant, format);
      if (file === undefined) throw await whyMissing(db, id);
      try {
        const { size } = await file.stat();
        const range = rangeOf(request, size, etag);
        response.set({
          ...validators,
          'accept-ranges': 'bytes',
          'content-type': imageFormats[format],
          'content-length': String(range === undefined ? size : range.end - range.start + 1),
          'x-content-type-options': 'nosniff',
        });
        if (range !== undefined) {
          response.status(206).set('content-range', `bytes ${range.start}-${range.end}/${size}`);
        }
        await send(file, range, request, response);
      } finally {
        await file.close();
      }
    },
  };
}

export function noSuchImage(): ApiError {
  return new ApiError('not_found', 'There is no such image.');
}

/** Weak comparison, RFC 9110 §13.1.2. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes('*') || known.includes(etag);
}

/**
 * An `If-Range` that is not exactly ours gets the whole: it is of another version (RFC 9110 §13.1.5).
 * @throws ApiError range_not_satisfiable
 */
function rangeOf(request: Request, size: number, etag: string): ByteRange | undefined {
  const ifRange = request.get('if-range');
  if (request.method !== 'GET' || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const range = parseByteRange(request.get('range'), size);
  if (range !== 'unsatisfiable') return range;
  throw new ApiError('range_not_satisfiable', `The image has ${size} bytes.`, {
    headers: { 'content-range': `bytes */${size}`, vary: 'Accept' },
  });
}

async function send(
  file: FileHandle,
  range: ByteRange | undefined,
  request: Request,
  response: Response,
): Promise<void> {
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // Rejects for a client that went away too: its connection is closed by then, and nobody is left to answer.
  await pipeline(file.createReadStream({ ...range, autoClose: false }), response);
}

/** Either it was deleted between the two looks, or something is very wrong. */
async function whyMissing(db: Knex, id: string): Promise<Error> {
  const isGone = (await readSha256(db, id)) === undefined;
  return isGone ? noSuchImage() : new Error(`image ${id} has a row and no files`);
}
