import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import type { Failure } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Page } from '../parts/page.tsx';
import { beginSession } from '../session/session-store.ts';
import { pathAfterLogin } from '../session/signed-in.tsx';

const labels = { email: 'E-mail address', password: 'Password' };

export function LoginPage({ next }: { readonly next: string | null }) {
  async function logIn({ email = '', password = '' }: FormValues): Promise<Failure | undefined> {
    const outcome = await call('login', { body: { email, password } });
    if (!outcome.ok) return outcome;
    beginSession(outcome.body);
    navigate(pathAfterLogin(next), { replace: true });
    return undefined;
  }

  const registerPath = pathOfPage('register');
  return (
    <Page title="Log in" narrow>
      <Form labels={labels} submitLabel="Log in" onSubmit={logIn}>
        <Field name="email" type="email" autocomplete="username" />
        <Field name="password" type="password" autocomplete="current-password" />
      </Form>
      <p class="aside">
        <a href={pathOfPage('forgot')}>Forgotten your password?</a>
      </p>
      <p class="aside">
        No account yet?{' '}
        <a href={next === null ? registerPath : `${registerPath}?next=${encodeURIComponent(next)}`}>
          Create one
        </a>
      </p>
    </Page>
  );
}
