import type { Place } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import { wordingOf } from '../api/failure.ts';
import type { ConnectionState } from '../live/connection-state.ts';
import { followPlace } from '../live/follow-place.ts';
import { announce } from '../parts/announcer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { ConnectionPill } from '../parts/connection-pill.tsx';
import { Page } from '../parts/page.tsx';
import { partyOf } from '../parts/time.tsx';
import { forgetPlace, rememberPlace } from '../places/remembered-places.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { headingOf, PlaceState } from './place-state.tsx';

export function PlacePage({ token }: { readonly token: string }) {
  const [place, setPlace] = useState<Place | undefined>(undefined);
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const [isGone, setGone] = useState(false);
  const [isLeaving, setLeaving] = useState(false);

  useEffect(
    () =>
      followPlace({
        token,
        onPlace: setPlace,
        onState: setConnection,
        onGone() {
          forgetPlace(token);
          setGone(true);
        },
      }),
    [token],
  );

  const status = place?.status;
  const slug = place?.waitlist.slug;
  const listName = place?.waitlist.name;
  useEffect(() => {
    if (status === undefined || slug === undefined || listName === undefined) return;
    // Also for those who came by the link in a mail.
    if (status === 'waiting' || status === 'called') rememberPlace({ slug, listName, token });
    else forgetPlace(token);
    // Browsers take a buzz only from a page that was touched, and complain of others in their console.
    if (status === 'called' && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
  }, [status, slug, listName, token]);

  async function leave() {
    const outcome = await call('leaveWaitlist', { params: { token } });
    setLeaving(false);
    if (outcome.ok) setPlace(outcome.body);
    announce(outcome.ok ? 'You left the line.' : wordingOf(outcome));
  }

  if (isGone)
    return <NotFoundPage message="This place is no longer in the line. It may have been removed." />;
  if (place === undefined) {
    return (
      <Page title="My place in the line" narrow>
        <p class="loading">Looking for your place…</p>
      </Page>
    );
  }
  const isOpen = place.status === 'waiting' || place.status === 'called';
  return (
    <Page
      title={place.waitlist.name}
      tabTitle={`${headingOf(place)} · ${place.waitlist.name}`}
      narrow
      actions={isOpen ? <ConnectionPill state={connection} /> : undefined}
    >
      <p class="muted">
        {place.name}, {partyOf(place.partySize)}
      </p>
      <PlaceState place={place} />
      {isOpen ? (
        <div class="actions actions-end">
          <button type="button" class="button button-danger-quiet" onClick={() => setLeaving(true)}>
            Leave the line
          </button>
        </div>
      ) : (
        <p class="actions actions-end">
          <a class="button" href={pathOfPage('join', place.waitlist.slug)}>
            Join again
          </a>
        </p>
      )}
      {isLeaving && (
        <Confirm
          title="Leave the line?"
          text="Your place goes to the next party. You would have to join again at the end."
          action="Leave"
          onConfirm={leave}
          onClose={() => setLeaving(false)}
        />
      )}
    </Page>
  );
}
