import { imageLinksOf, type Photo } from '@banyan/contracts';

/** An image as other resources show it: their queries select the id, and need no join. */
export function photoOf(imageId: string): Photo;
export function photoOf(imageId: string | null): Photo | null;
export function photoOf(imageId: string | null): Photo | null {
  return imageId === null ? null : { id: imageId, links: imageLinksOf(imageId) };
}
