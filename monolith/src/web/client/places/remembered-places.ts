import { z } from 'zod';

const remembered = z.array(z.object({ slug: z.string(), listName: z.string(), token: z.string() })).max(50);
export type RememberedPlace = z.output<typeof remembered>[number];

const storageKey = 'waitlist.places';

/** The places that were taken in this browser, latest first: a guest who closes the page finds back. */
export function rememberedPlaces(): readonly RememberedPlace[] {
  try {
    return remembered.parse(JSON.parse(localStorage.getItem(storageKey) ?? '[]'));
  } catch {
    return [];
  }
}

export function rememberPlace(place: RememberedPlace): void {
  const others = rememberedPlaces().filter(({ token }) => token !== place.token);
  localStorage.setItem(storageKey, JSON.stringify([place, ...others].slice(0, 20)));
}

export function forgetPlace(token: string): void {
  const others = rememberedPlaces().filter((place) => place.token !== token);
  localStorage.setItem(storageKey, JSON.stringify(others));
}
