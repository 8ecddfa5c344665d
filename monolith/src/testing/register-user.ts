import { randomUUID } from 'node:crypto';
import { type Session, session } from '@banyan/contracts';

export const testPassword = 'correct horse';

/** Registers somebody over HTTP, as a client would. */
export async function registerUser(
  appUrl: string,
  account: { readonly email?: string; readonly password?: string } = {},
): Promise<Session> {
  const answer = await fetch(`${appUrl}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${randomUUID()}@example.com`,
      password: testPassword,
      displayName: 'Ada',
      ...account,
    }),
  });
  const body: unknown = await answer.json();
  if (answer.status !== 201)
    throw new Error(`Registration answered ${answer.status}: ${JSON.stringify(body)}`);
  return session.parse(body);
}

export function bearer({ accessToken }: { readonly accessToken: string }): {
  readonly authorization: string;
} {
  return { authorization: `Bearer ${accessToken}` };
}
