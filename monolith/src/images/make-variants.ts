import { type ImageVariant, imageVariants, maxUploadPixels } from '@banyan/contracts';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import type { ImageFormat, VariantFile } from './image-format.ts';
import { type JudgedUpload, unprocessable } from './judge-upload.ts';

const maxDecodeSeconds = 20;

/**
 * AVIF is made at upload like the others. At effort 1 all three sizes take 0.16 s on one core, and are within 5 % of the
 * size at effort 4, which takes 4.6 s: too little to win by making it when it is first asked for, which would let anyone
 * who knows an id start an encoder, and would leave an image whose files are not all there.
 */
const encoders: Readonly<Record<ImageFormat, (pixels: Sharp) => Sharp>> = {
  jpg: (pixels) => pixels.flatten({ background: '#ffffff' }).jpeg({ quality: 80, mozjpeg: true }),
  webp: (pixels) => pixels.webp({ quality: 80, effort: 2 }),
  avif: (pixels) => pixels.avif({ quality: 55, effort: 1 }),
};

interface Pixels {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

export interface MadeVariants {
  /** Of the largest variant. */
  readonly width: number;
  readonly height: number;
  readonly files: readonly VariantFile[];
}

/** What sharp may do in this process; it is a setting of the process, not of an instance. */
export function restrictSharp(): void {
  // Work is bounded by our lanes: one thread each leaves the rest of the pool to the disk and to password hashing.
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((loader) => `VipsForeignLoad${loader}`),
  });
}

/**
 * Makes every variant of a judged upload from its pixels alone: upright by its EXIF orientation, in sRGB with 8 bits,
 * of an animation the first frame. No metadata and no other byte of the upload gets through.
 * @throws ApiError unprocessable_image
 */
export async function makeVariants(upload: JudgedUpload): Promise<MadeVariants> {
  const full = await decode(upload);
  const files: VariantFile[] = [];
  // One after the other: a lane is one core's work.
  for (const variant of Object.keys(imageVariants) as ImageVariant[]) {
    const pixels = variant === 'full' ? full : await shrink(full, variant);
    for (const [format, encode] of Object.entries(encoders) as [
      ImageFormat,
      (typeof encoders)[ImageFormat],
    ][]) {
      files.push({ variant, format, bytes: await encode(open(pixels)).toBuffer() });
    }
  }
  return { width: full.info.width, height: full.info.height, files };
}

async function decode({ bytes }: JudgedUpload): Promise<Pixels> {
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxUploadPixels })
    .timeout({ seconds: maxDecodeSeconds })
    .autoOrient();
  try {
    // Decoded and shrunk in one pass, so that a large JPEG is never held whole.
    return await toPixels(within(image, 'full'));
  } catch (cause) {
    throw unprocessable(cause);
  }
}

function shrink(full: Pixels, variant: ImageVariant): Promise<Pixels> {
  return toPixels(within(open(full), variant));
}

function within(image: Sharp, variant: ImageVariant): Sharp {
  const { maxPixels } = imageVariants[variant];
  return image.resize({ width: maxPixels, height: maxPixels, fit: 'inside', withoutEnlargement: true });
}

function toPixels(image: Sharp): Promise<Pixels> {
  return image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

function open({ data, info }: Pixels): Sharp {
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}
