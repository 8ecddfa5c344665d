import type { PublicWaitlist } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { lineSummary } from '../../line-summary.ts';
import { pathOfPage } from '../../pages.ts';
import { call, type Outcome } from '../api/call.ts';
import { type Failure, wordingOf } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { firstWaitlist } from '../places/first-waitlist.ts';
import { rememberedPlaces, rememberPlace } from '../places/remembered-places.ts';
import { readSession } from '../session/session-store.ts';
import { NotFoundPage } from './not-found-page.tsx';

const labels = {
  name: 'Your name',
  partySize: 'How many are you?',
  email: 'E-mail address',
  phone: 'Telephone',
};
const refreshMs = 15_000;

export function JoinPage({ slug }: { readonly slug: string }) {
  const [waitlist, setWaitlist] = useState<PublicWaitlist | undefined>(() => firstWaitlist(slug));
  const [failed, setFailed] = useState<Failure | undefined>(undefined);

  useEffect(() => {
    async function load() {
      const outcome = await call('getPublicWaitlist', { params: { slug } });
      setFailed(outcome.ok ? undefined : outcome);
      if (outcome.ok) setWaitlist(outcome.body);
    }
    void load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [slug]);

  if (failed?.code === 'not_found' || failed?.code === 'invalid_request') {
    return <NotFoundPage message="There is no such list. It may have been removed." />;
  }
  if (waitlist === undefined) {
    return (
      <Page title="Join the line" narrow>
        {failed && <Notice tone="bad">{wordingOf(failed)}</Notice>}
      </Page>
    );
  }
  const before = rememberedPlaces().find((place) => place.slug === slug);
  return (
    <Page title={waitlist.name} tabTitle={`${waitlist.name} · Join the line`} narrow>
      <p class="lead" aria-live="polite">
        {lineSummary(waitlist)}
      </p>
      {before !== undefined && (
        <Notice tone="info">
          <p>You joined this line from this device.</p>
          <p>
            <a class="button button-primary" href={pathOfPage('place', before.token)}>
              See my place
            </a>
          </p>
        </Notice>
      )}
      {waitlist.open && <JoinForm slug={slug} />}
    </Page>
  );
}

function JoinForm({ slug }: { readonly slug: string }) {
  const user = readSession()?.user;

  async function join({ name = '', partySize, email, phone }: FormValues): Promise<Failure | undefined> {
    const body = {
      name,
      partySize: Number(partySize),
      ...(email ? { email } : {}),
      ...(phone ? { phone } : {}),
    };
    const outcome = await joinAsAnyone({ params: { slug }, body });
    if (!outcome.ok) return outcome;
    const { token, place } = outcome.body;
    rememberPlace({ slug, listName: place.waitlist.name, token });
    navigate(pathOfPage('place', token));
    return undefined;
  }

  return (
    <Form labels={labels} submitLabel="Join the line" onSubmit={join}>
      <Field
        name="name"
        autocomplete="name"
        value={user?.displayName ?? ''}
        hint="The host calls you by it."
      />
      <Field name="partySize" type="number" value={2} />
      <Field
        name="email"
        type="email"
        autocomplete="email"
        value={user?.email ?? ''}
        optional
        hint="We write to you when your table is ready, and for nothing else."
      />
      <Field name="phone" type="tel" autocomplete="tel" value={user?.phone ?? ''} optional />
    </Form>
  );
}

/** Whose session has ended joins as a guest like others: waiting for a table needs no account. */
async function joinAsAnyone(
  input: Parameters<typeof call<'joinWaitlist'>>[1],
): Promise<Outcome<'joinWaitlist'>> {
  const outcome = await call('joinWaitlist', input);
  const isLoggedOut = !outcome.ok && outcome.code === 'unauthorized';
  return isLoggedOut ? call('joinWaitlist', input, { anonymously: true }) : outcome;
}
