import { useEffect, useState } from 'preact/hooks';
import { onSessionChange, readSession, type StoredSession } from './session-store.ts';

/** The session, and its changes in any tab. */
export function useSession(): StoredSession | undefined {
  const [current, setCurrent] = useState(readSession);
  useEffect(() => onSessionChange(() => setCurrent(readSession())), []);
  return current;
}
