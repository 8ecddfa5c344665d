import { type Session, session, type Tokens, type User } from '@banyan/contracts';
import { z } from 'zod';
import { newKey } from '../api/new-key.ts';

/** What stays in the browser of one who is logged in. */
const storedSession = session.extend({
  /** Goes with the refresh token, so that an exchange whose answer was lost can be made again, after a reload too. */
  refreshKey: z.string(),
});
export type StoredSession = z.output<typeof storedSession>;

const storageKey = 'waitlist.session';
const changes = new EventTarget();

export function readSession(): StoredSession | undefined {
  const text = localStorage.getItem(storageKey);
  if (text === null) return undefined;
  try {
    return storedSession.parse(JSON.parse(text));
  } catch {
    // Of an older release, or broken: like none at all.
    return undefined;
  }
}

export function beginSession(begun: Session): void {
  write({ ...begun, refreshKey: newKey() });
}

export function renewTokens(tokens: Tokens): void {
  const current = readSession();
  if (current !== undefined) write({ ...current, ...tokens, refreshKey: newKey() });
}

export function keepUser(user: User): void {
  const current = readSession();
  if (current !== undefined) write({ ...current, user });
}

export function endSession(): void {
  localStorage.removeItem(storageKey);
  changes.dispatchEvent(new Event('change'));
}

/** Told of changes in this tab and in others. */
export function onSessionChange(listener: () => void): () => void {
  const fromOtherTab = ({ key }: StorageEvent) => {
    if (key === storageKey || key === null) listener();
  };
  changes.addEventListener('change', listener);
  addEventListener('storage', fromOtherTab);
  return () => {
    changes.removeEventListener('change', listener);
    removeEventListener('storage', fromOtherTab);
  };
}

function write(stored: StoredSession): void {
  localStorage.setItem(storageKey, JSON.stringify(stored));
  changes.dispatchEvent(new Event('change'));
}
