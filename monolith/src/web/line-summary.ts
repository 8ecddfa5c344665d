import type { PublicWaitlist } from '@banyan/contracts';

/** How it stands with a line, for one who thinks of joining. The server and the client say it alike. */
export function lineSummary({ open, waitingCount, estimatedWaitMinutes }: PublicWaitlist): string {
  if (!open) return 'The list is closed right now. Please ask the host.';
  if (waitingCount === 0) return 'Nobody is waiting.';
  const parties = waitingCount === 1 ? '1 party is' : `${waitingCount} parties are`;
  const minutes = estimatedWaitMinutes === 1 ? '1 minute' : `${estimatedWaitMinutes} minutes`;
  return `${parties} waiting. If you join now, it takes about ${minutes}.`;
}
