import { randomUUID } from 'node:crypto';
import { type Session, session } from '@banyan/contracts';
import request from 'supertest';

export const testPassword = 'correct horse';

export interface Registration {
  readonly email?: string;
  readonly password?: string;
  readonly displayName?: string;
}

/** Registers somebody over HTTP, as a client would. */
export async function registerUser(url: string, registration: Registration = {}): Promise<Session> {
  const { body } = await request(url)
    .post('/api/auth/register')
    .send({
      email: `${randomUUID()}@example.com`,
      password: testPassword,
      displayName: 'Ada',
      ...registration,
    })
    .expect(201);
  return session.parse(body);
}

export function bearer({ accessToken }: { readonly accessToken: string }) {
  return { authorization: `Bearer ${accessToken}` } as const;
}

/** The requests of a client, for one server; each is checked with `expect` by whoever makes it. */
export function clientOf(url: string) {
  const post = (path: string, body: object) => request(url).post(`/api/auth/${path}`).send(body);
  return {
    login: (email: string, password = testPassword) => post('login', { email, password }),
    refresh: (refreshToken: string) => post('refresh', { refreshToken }),
    forgot: (email: string) => post('forgot', { email }),
    reset: (token: string, password: string) => post('reset', { token, password }),
    me: (tokens: { readonly accessToken: string }) => request(url).get('/api/auth/me').set(bearer(tokens)),
    meWith: (token: string) => request(url).get('/api/auth/me').set('authorization', `Bearer ${token}`),
    logout: (tokens: { readonly accessToken: string }) =>
      request(url).post('/api/auth/logout').set(bearer(tokens)),
    changePassword: (
      tokens: { readonly accessToken: string },
      currentPassword: string,
      newPassword: string,
    ) => request(url).put('/api/auth/password').set(bearer(tokens)).send({ currentPassword, newPassword }),
    registerForm: (fields: Readonly<Record<string, string>>) =>
      request(url).post('/api/auth/register').field(fields),
  };
}
