import { type PublicWaitlist, publicWaitlist } from '@banyan/contracts';

/**
 * What the server drew the join page from: the client begins with the same, so that nothing jumps. It holds for the
 * list it was made for, and only until the API says more.
 */
export function firstWaitlist(slug: string): PublicWaitlist | undefined {
  const data = document.getElementById('app')?.dataset.waitlist;
  if (data === undefined) return undefined;
  const parsed = publicWaitlist.safeParse(JSON.parse(data));
  return parsed.success && parsed.data.slug === slug ? parsed.data : undefined;
}
