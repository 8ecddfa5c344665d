import { once } from 'node:events';
import { takeForTeardown } from './jest-postgres.ts';

export default async function stopPostgresOfTests(): Promise<void> {
  const child = takeForTeardown();
  if (!child?.connected) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}
