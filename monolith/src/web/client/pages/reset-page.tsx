import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import { type Failure, failure } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { announce } from '../parts/announcer.tsx';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Page } from '../parts/page.tsx';
import { endSession } from '../session/session-store.ts';

const labels = { password: 'New password' };

export function ResetPage({ token }: { readonly token: string }) {
  async function reset({ password = '' }: FormValues): Promise<Failure | undefined> {
    const outcome = await call('reset', { body: { token, password } });
    if (!outcome.ok) {
      const isTokenFaulty = outcome.details.some(({ path }) => path === 'body.token');
      return isTokenFaulty ? failure('invalid_reset_token', outcome.message) : outcome;
    }
    // The new password ended every session, this browser's too.
    endSession();
    announce('Your new password holds. Log in with it.');
    navigate(pathOfPage('login'), { replace: true });
    return undefined;
  }

  return (
    <Page title="Set a new password" narrow>
      <Form labels={labels} submitLabel="Set password" onSubmit={reset}>
        <Field
          name="password"
          type="password"
          autocomplete="new-password"
          hint="At least 8 characters. You will be logged out everywhere."
        />
      </Form>
      <p class="aside">
        <a href={pathOfPage('forgot')}>Ask for a new link</a>
      </p>
    </Page>
  );
}
