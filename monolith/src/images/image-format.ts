import type { ImageMediaType, ImageVariant } from '@banyan/contracts';

/** What each variant is kept as, by the extension of its file. */
export const imageFormats = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
} as const satisfies Record<string, ImageMediaType>;

export type ImageFormat = keyof typeof imageFormats;

export interface VariantFile {
  readonly variant: ImageVariant;
  readonly format: ImageFormat;
  readonly bytes: Buffer;
}
