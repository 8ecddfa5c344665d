import { z } from 'zod';
import { timestamp, uuid } from '../fields.ts';
import type { UploadRule } from '../route.ts';

/** The sizes that every image is kept in: the longest side at most, in pixels. */
export const imageVariants = {
  thumb: { maxPixels: 160 },
  card: { maxPixels: 640 },
  full: { maxPixels: 1600 },
} as const;

export type ImageVariant = keyof typeof imageVariants;
export const imageVariant = z.enum(Object.keys(imageVariants) as [ImageVariant, ...ImageVariant[]]);

/** What a variant is served as, by the client's `Accept`; the first is for clients that take anything. */
export const imageMediaTypes = ['image/jpeg', 'image/webp', 'image/avif'] as const;
export type ImageMediaType = (typeof imageMediaTypes)[number];

/** What is taken in. SVG is not: it is a document, and can carry scripts. */
export const uploadMediaTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'] as const;

export const maxUploadBytes = 10 * 1024 * 1024;

/** Judged from the header, before anything is decoded. */
export const maxUploadPixels = 50_000_000;

/** The most for AVIF, whose decoder was seen to need 19 bytes a pixel: 50 million of them in a file of 1.3 KB took 0.98 GB. */
export const maxAvifUploadPixels = 25_000_000;

export function upload<const Required extends boolean>(
  field: string,
  required: Required,
): UploadRule & { readonly required: Required } {
  return { field, required, maxBytes: maxUploadBytes, contentTypes: uploadMediaTypes };
}

/** Where to fetch each variant, as paths on this host. */
export const imageLinks = z.object({ thumb: z.string(), card: z.string(), full: z.string() });

/** An image as other resources refer to it. */
export const photo = z.object({ id: uuid, links: imageLinks });
export type Photo = z.output<typeof photo>;

export const image = z.object({
  id: uuid,
  /** Of the stored original after re-encoding, in pixels. */
  width: z.int().positive(),
  height: z.int().positive(),
  links: imageLinks,
  createdAt: timestamp,
});
export type Image = z.output<typeof image>;

export function imageLinksOf(imageId: string): z.output<typeof imageLinks> {
  const base = `/api/images/${imageId}`;
  return { thumb: `${base}/thumb`, card: `${base}/card`, full: `${base}/full` };
}
