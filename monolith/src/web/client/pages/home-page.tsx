import { pathOfPage } from '../../pages.ts';
import { Page } from '../parts/page.tsx';
import { rememberedPlaces } from '../places/remembered-places.ts';
import { useSession } from '../session/use-session.ts';

export function HomePage() {
  const session = useSession();
  const places = rememberedPlaces();
  return (
    <Page
      title={session === undefined ? 'A line without the queue' : `Hello, ${session.user.displayName}`}
      tabTitle="Waitlist"
      narrow
    >
      <p class="lead">
        Guests join from their phone, see their place move, and are called when their table is ready.
      </p>
      <div class="actions">
        {session === undefined ? (
          <>
            <a class="button button-primary" href={pathOfPage('register')}>
              Create an account
            </a>
            <a class="button" href={pathOfPage('login')}>
              Log in
            </a>
          </>
        ) : (
          <a class="button button-primary" href={pathOfPage('lists')}>
            My lists
          </a>
        )}
      </div>
      {places.length > 0 && (
        <section aria-labelledby="places-title">
          <h2 id="places-title">Where you wait</h2>
          <ul class="cards">
            {places.map(({ token, listName }) => (
              <li key={token} class="card card-row">
                <strong>{listName}</strong>
                <a class="button" href={pathOfPage('place', token)}>
                  See my place<span class="visually-hidden"> at {listName}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="steps" aria-label="How it works">
        <ol>
          <li>
            <strong>Open a list.</strong> Name it, and put its code at the door.
          </li>
          <li>
            <strong>Guests join.</strong> They scan, and give a name and how many they are.
          </li>
          <li>
            <strong>Call them.</strong> One tap: their page says so at once, and a mail goes out.
          </li>
        </ol>
      </section>
    </Page>
  );
}
