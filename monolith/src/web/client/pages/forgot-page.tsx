import { useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import type { Failure } from '../api/failure.ts';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';

const labels = { email: 'E-mail address' };

export function ForgotPage() {
  const [askedFor, setAskedFor] = useState<string | undefined>(undefined);

  async function ask({ email = '' }: FormValues): Promise<Failure | undefined> {
    const outcome = await call('forgot', { body: { email } });
    if (!outcome.ok) return outcome;
    setAskedFor(email);
    return undefined;
  }

  return (
    <Page title="Forgotten password" narrow>
      {askedFor === undefined ? (
        <Form labels={labels} submitLabel="Send me a link" onSubmit={ask}>
          <Field
            name="email"
            type="email"
            autocomplete="username"
            hint="The one you registered with. We send a link that sets a new password."
          />
        </Form>
      ) : (
        <Notice tone="good">
          <p>
            If <strong>{askedFor}</strong> has an account, a mail with a link is on its way. Look into the
            spam folder too.
          </p>
        </Notice>
      )}
      <p class="aside">
        <a href={pathOfPage('login')}>Back to the login</a>
      </p>
    </Page>
  );
}
