import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { pageAt, pathOfPage } from '../../pages.ts';
import { navigate } from '../navigation.ts';
import type { StoredSession } from './session-store.ts';
import { useSession } from './use-session.ts';

/** A page for those who are logged in. Others log in first, and come back to it. */
export function SignedIn({ children }: { readonly children: (session: StoredSession) => ComponentChildren }) {
  const session = useSession();
  const isIn = session !== undefined;
  useEffect(() => {
    if (isIn) return;
    const next = encodeURIComponent(location.pathname + location.search);
    navigate(`${pathOfPage('login')}?next=${next}`, { replace: true });
  }, [isIn]);
  return session === undefined ? null : children(session);
}

/** Where to go after logging in: a page of ours and nothing else, whatever the address says. */
export function pathAfterLogin(next: string | null): string {
  if (next === null) return pathOfPage('lists');
  const target = new URL(next, location.origin);
  const isOurs = target.origin === location.origin && pageAt(target.pathname) !== undefined;
  return isOurs ? target.pathname + target.search : pathOfPage('lists');
}
