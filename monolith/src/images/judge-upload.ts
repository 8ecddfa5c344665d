import { ApiError, maxAvifUploadPixels, maxUploadPixels } from '@banyan/contracts';
import sharp from 'sharp';
import { sniffMediaType, type UploadMediaType } from './sniff-media-type.ts';

const decoderFormats = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'heif',
  'image/gif': 'gif',
} as const satisfies Record<UploadMediaType, string>;

export interface JudgedUpload {
  readonly bytes: Uint8Array;
  readonly mediaType: UploadMediaType;
  /** Of one frame, by the header. */
  readonly pixels: number;
}

/**
 * Judges an upload by its first bytes and its header. Nothing is decoded, so that a bomb costs what its header costs.
 * @throws ApiError unsupported_media_type, payload_too_large, unprocessable_image
 */
export async function judgeUpload(bytes: Uint8Array): Promise<JudgedUpload> {
  const mediaType = sniffMediaType(bytes);
  if (mediaType === undefined) {
    throw new ApiError('unsupported_media_type', 'The file is no JPEG, PNG, WebP, AVIF or GIF image.');
  }
  const header = await sharp(bytes, { failOn: 'error', limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw unprocessable(cause);
    });
  // HEIF is a family: of it, only AV1 is taken.
  const isWhatItSeems =
    header.format === decoderFormats[mediaType] &&
    (mediaType !== 'image/avif' || header.compression === 'av1');
  if (!isWhatItSeems) throw unprocessable();
  const pixels = header.width * header.height;
  const maxPixels = mediaType === 'image/avif' ? maxAvifUploadPixels : maxUploadPixels;
  if (pixels > maxPixels) {
    throw new ApiError(
      'payload_too_large',
      `The image has ${header.width} × ${header.height} pixels; ${maxPixels / 1_000_000} million are the most.`,
    );
  }
  return { bytes, mediaType, pixels };
}

export function unprocessable(cause?: unknown): ApiError {
  return new ApiError('unprocessable_image', 'The image is damaged or incomplete.', { cause });
}
