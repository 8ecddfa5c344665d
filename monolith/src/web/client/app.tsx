import { useEffect } from 'preact/hooks';
import { type PageLocation, pageAt } from '../pages.ts';
import { BoardPage } from './board/board-page.tsx';
import { followLinks, useAddress } from './navigation.ts';
import { AccountPage } from './pages/account-page.tsx';
import { ForgotPage } from './pages/forgot-page.tsx';
import { HomePage } from './pages/home-page.tsx';
import { JoinPage } from './pages/join-page.tsx';
import { ListsPage } from './pages/lists-page.tsx';
import { LoginPage } from './pages/login-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { PlacePage } from './pages/place-page.tsx';
import { RegisterPage } from './pages/register-page.tsx';
import { ResetPage } from './pages/reset-page.tsx';
import { Announcer } from './parts/announcer.tsx';
import { SiteHeader } from './parts/site-header.tsx';
import { SignedIn } from './session/signed-in.tsx';

export function App() {
  const address = useAddress();
  useEffect(followLinks, []);
  const location = pageAt(address.pathname);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <SiteHeader page={location?.name} />
      {location === undefined ? <NotFoundPage /> : drawPage(location, address)}
      <Announcer />
    </>
  );
}

function drawPage({ name, param }: PageLocation, address: URL) {
  switch (name) {
    case 'home':
      return <HomePage />;
    case 'register':
      return <RegisterPage key={name} next={address.searchParams.get('next')} />;
    case 'login':
      return <LoginPage key={name} next={address.searchParams.get('next')} />;
    case 'forgot':
      return <ForgotPage key={name} />;
    case 'reset':
      return <ResetPage key={name} token={resetTokenOf(address)} />;
    case 'account':
      return <SignedIn>{(session) => <AccountPage user={session.user} />}</SignedIn>;
    case 'lists':
      return <SignedIn>{() => <ListsPage />}</SignedIn>;
    case 'board':
      return (
        <SignedIn>
          {() => <BoardPage key={param} waitlistId={param} view={address.searchParams.get('view')} />}
        </SignedIn>
      );
    case 'join':
      return <JoinPage key={param} slug={param} />;
    case 'place':
      return <PlacePage key={param} token={param} />;
  }
}

/** The mail's link has it in the fragment, which is sent to no server and stands in no log. */
function resetTokenOf(address: URL): string {
  const inFragment = new URLSearchParams(address.hash.slice(1)).get('token');
  return inFragment ?? address.searchParams.get('token') ?? '';
}
