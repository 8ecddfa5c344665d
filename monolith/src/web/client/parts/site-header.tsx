import { iconPath } from '../../favicon.ts';
import { type PageName, pathOfPage } from '../../pages.ts';
import { useSession } from '../session/use-session.ts';
import { Avatar } from './avatar.tsx';

/** Guests who join or wait see the name alone: nothing there leads them away from their place. */
const guestPages: readonly (PageName | undefined)[] = ['join', 'place'];

export function SiteHeader({ page }: { readonly page: PageName | undefined }) {
  const session = useSession();
  const isForGuests = guestPages.includes(page);
  const currentIf = (name: PageName) => (page === name ? ('page' as const) : undefined);
  return (
    <header class="site-header">
      <div class="site-header-row">
        <a class="brand" href={pathOfPage('home')}>
          <img src={iconPath} alt="" width={28} height={28} />
          Waitlist
        </a>
        {!isForGuests && (
          <nav aria-label="Main">
            {session === undefined ? (
              <a href={pathOfPage('login')} aria-current={currentIf('login')}>
                Log in
              </a>
            ) : (
              <>
                <a href={pathOfPage('lists')} aria-current={currentIf('lists')}>
                  My lists
                </a>
                <a class="account-link" href={pathOfPage('account')} aria-current={currentIf('account')}>
                  <Avatar name={session.user.displayName} photo={session.user.photo} />
                  <span class="visually-hidden">My account: {session.user.displayName}</span>
                </a>
              </>
            )}
          </nav>
        )}
      </div>
    </header>
  );
}
