import type { uploadMediaTypes } from '@banyan/contracts';

export type UploadMediaType = (typeof uploadMediaTypes)[number];

/**
 * What an upload is, by its first bytes alone: neither its name nor its declared type is trusted, and no decoder sees a
 * file that it was not meant for.
 */
export function sniffMediaType(bytes: Uint8Array): UploadMediaType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  if (head.slice(4, 8) === 'ftyp' && brandsOf(head).some(isAvifBrand)) return 'image/avif';
  return undefined;
}

/** ISO/IEC 14496-12 §4.3: the major brand, its version, then the compatible brands, as far as the box goes. */
function brandsOf(head: string): string[] {
  const boxBytes = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE();
  const brands = head.slice(8, Math.min(boxBytes, head.length)).match(/[\s\S]{4}/g) ?? [];
  return brands.filter((_, index) => index !== 1);
}

function isAvifBrand(brand: string): boolean {
  return brand === 'avif' || brand === 'avis';
}
