import { once } from 'node:events';
import { takeForTeardown } from './jest-postgres.ts';

export default async function stopPostgresOfTests(): Promise<void> {
  const child = takeForTeardown();
  if (!child?.connected) return;
  // It was let go of, so as not to keep Jest from ending. Unless it is held again, the process ends in the wait below,
  // before Jest has said by its exit code whether tests failed.
  child.ref();
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}
