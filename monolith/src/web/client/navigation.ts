import { useLayoutEffect, useState } from 'preact/hooks';
import { pageAt } from '../pages.ts';

const navigated = 'waitlist:navigated';

export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  dispatchEvent(new Event(navigated));
}

export function useAddress(): URL {
  const [address, setAddress] = useState(() => new URL(location.href));
  // Listens before any page's own effects run, one of which may go elsewhere at once.
  useLayoutEffect(() => {
    const update = () => setAddress(new URL(location.href));
    addEventListener('popstate', update);
    addEventListener(navigated, update);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener(navigated, update);
    };
  }, []);
  return address;
}

/** Lets ordinary links go from page to page without loading anew; all that a browser does with links stays. */
export function followLinks(): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link?.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash !== '' || pageAt(link.pathname) === undefined) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  };
  document.addEventListener('click', onClick);
  return () => document.removeEventListener('click', onClick);
}
