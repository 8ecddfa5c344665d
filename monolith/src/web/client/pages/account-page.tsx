import type { User } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import { type Failure, failure, wordingOf } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { announce } from '../parts/announcer.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Page } from '../parts/page.tsx';
import { PhotoField } from '../parts/photo-field.tsx';
import { Progress } from '../parts/progress.tsx';
import { endSession, keepUser } from '../session/session-store.ts';

export function AccountPage({ user }: { readonly user: User }) {
  useEffect(() => {
    // Another device may have changed the account since this one logged in.
    void call('getMe', {}).then((outcome) => {
      if (outcome.ok) keepUser(outcome.body);
    });
  }, []);

  async function logOut() {
    const outcome = await call('logout', {});
    // Without an answer the session would live on at the server: the user must know, and may try again.
    if (!outcome.ok && outcome.code !== 'unauthorized') {
      announce(wordingOf(outcome));
      return;
    }
    endSession();
    navigate(pathOfPage('home'), { replace: true });
  }

  return (
    <Page
      title="My account"
      narrow
      actions={
        <button type="button" class="button" onClick={logOut}>
          Log out
        </button>
      }
    >
      <PhotoSection user={user} />
      <ProfileSection user={user} />
      <PasswordSection />
    </Page>
  );
}

function PhotoSection({ user }: { readonly user: User }) {
  const [file, setFile] = useState<File | undefined>(undefined);
  const [sent, setSent] = useState(0);
  const [round, setRound] = useState(0);

  async function replace(): Promise<Failure | undefined> {
    setSent(0);
    if (file === undefined)
      return failure('invalid_request', 'None', [{ path: 'body.photo', message: 'must be chosen first' }]);
    const outcome = await call('putMyPhoto', { form: { file } }, { onProgress: setSent });
    if (!outcome.ok) return outcome;
    keepUser({ ...user, photo: outcome.body.photo });
    setFile(undefined);
    setRound(round + 1);
    announce('This is your photo now.');
    return undefined;
  }

  async function remove() {
    const outcome = await call('deleteMyPhoto', {});
    if (outcome.ok) keepUser({ ...user, photo: null });
    announce(outcome.ok ? 'Your photo was removed.' : wordingOf(outcome));
  }

  return (
    <section class="card" aria-labelledby="photo-title">
      <h2 id="photo-title">Photo</h2>
      <Form
        key={round}
        labels={{ photo: 'New photo' }}
        submitLabel="Save photo"
        onSubmit={replace}
        progress={<Progress part={sent} />}
      >
        <PhotoField
          name="photo"
          file={file}
          onFile={setFile}
          hint="JPEG, PNG, WebP, AVIF or GIF, up to 10 MB."
          fallback={<Avatar name={user.displayName} photo={user.photo} size="large" />}
        />
      </Form>
      {user.photo !== null && (
        <button type="button" class="button button-danger-quiet" onClick={remove}>
          Remove my photo
        </button>
      )}
    </section>
  );
}

function ProfileSection({ user }: { readonly user: User }) {
  async function save({ displayName = '', phone }: FormValues): Promise<Failure | undefined> {
    const outcome = await call('updateMe', { body: { displayName, phone: phone || null } });
    if (!outcome.ok) return outcome;
    keepUser(outcome.body);
    announce('Your profile was saved.');
    return undefined;
  }
  return (
    <section class="card" aria-labelledby="profile-title">
      <h2 id="profile-title">Profile</h2>
      <p class="muted">You log in as {user.email}.</p>
      <Form labels={{ displayName: 'Name', phone: 'Telephone' }} submitLabel="Save profile" onSubmit={save}>
        <Field name="displayName" autocomplete="name" value={user.displayName} />
        <Field name="phone" type="tel" autocomplete="tel" value={user.phone} optional />
      </Form>
    </section>
  );
}

function PasswordSection() {
  const [round, setRound] = useState(0);
  async function change({
    currentPassword = '',
    newPassword = '',
  }: FormValues): Promise<Failure | undefined> {
    const outcome = await call('changePassword', { body: { currentPassword, newPassword } });
    if (!outcome.ok) return outcome;
    setRound(round + 1);
    announce('Your password was changed. Other devices were logged out.');
    return undefined;
  }
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <Form
        key={round}
        labels={{ currentPassword: 'Current password', newPassword: 'New password' }}
        submitLabel="Change password"
        onSubmit={change}
      >
        <Field name="currentPassword" type="password" autocomplete="current-password" />
        <Field
          name="newPassword"
          type="password"
          autocomplete="new-password"
          hint="At least 8 characters. Your other devices will be logged out."
        />
      </Form>
    </section>
  );
}
