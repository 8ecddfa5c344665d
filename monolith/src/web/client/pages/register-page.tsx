import { useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import type { Failure } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { announce } from '../parts/announcer.tsx';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Page } from '../parts/page.tsx';
import { PhotoField } from '../parts/photo-field.tsx';
import { Progress } from '../parts/progress.tsx';
import { beginSession } from '../session/session-store.ts';
import { pathAfterLogin } from '../session/signed-in.tsx';

const labels = {
  displayName: 'Name',
  email: 'E-mail address',
  password: 'Password',
  phone: 'Telephone',
  photo: 'Photo',
};

export function RegisterPage({ next }: { readonly next: string | null }) {
  const [photo, setPhoto] = useState<File | undefined>(undefined);
  const [sent, setSent] = useState(0);

  async function register({
    displayName = '',
    email = '',
    password = '',
    phone,
  }: FormValues): Promise<Failure | undefined> {
    setSent(0);
    const fields = { displayName, email, password, ...(phone ? { phone } : {}) };
    const form = { fields, ...(photo === undefined ? {} : { file: photo }) };
    const outcome = await call('register', { form }, { onProgress: setSent });
    if (!outcome.ok) return outcome;
    beginSession(outcome.body);
    announce(`Welcome, ${outcome.body.user.displayName}.`);
    navigate(pathAfterLogin(next), { replace: true });
    return undefined;
  }

  return (
    <Page title="Create an account" narrow>
      <Form
        labels={labels}
        submitLabel="Create account"
        onSubmit={register}
        progress={photo === undefined ? undefined : <Progress part={sent} />}
      >
        <Field name="displayName" autocomplete="name" hint="As your guests and hosts shall see it." />
        <Field name="email" type="email" autocomplete="email" />
        <Field name="password" type="password" autocomplete="new-password" hint="At least 8 characters." />
        <Field name="phone" type="tel" autocomplete="tel" optional />
        <PhotoField
          name="photo"
          file={photo}
          onFile={setPhoto}
          optional
          hint="JPEG, PNG, WebP, AVIF or GIF, up to 10 MB."
        />
      </Form>
      <p class="aside">
        You have an account? <a href={pathOfPage('login')}>Log in</a>
      </p>
    </Page>
  );
}
