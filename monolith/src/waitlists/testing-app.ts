import { randomUUID } from 'node:crypto';
import { judgeAnswer, type RouteName, type RouteSpec, routes } from '@banyan/contracts';
import { systemClock } from '@banyan/serving';
import request, { type Response } from 'supertest';
import { signAccessToken } from '../auth/access-token.ts';
import type { TestApp } from '../testing/test-app.ts';
import { addHost } from './testing.ts';

export interface TestUser {
  readonly id: string;
  readonly token: string;
  readonly sessionId: string;
}

/** A user who is logged in. How one becomes that is told in auth's own tests. */
export async function logIn(app: TestApp): Promise<TestUser> {
  const id = await addHost(app.db);
  const sessionId = randomUUID();
  await app.db('sessions').insert({ id: sessionId, user_id: id });
  const token = await signAccessToken(app.config, systemClock, { userId: id, sessionId });
  return { id, sessionId, token: token.text };
}

export interface CallOptions {
  readonly user?: TestUser | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes a request of the contract, and fails if the answer is none that its route declares, field by field. */
export async function call(app: TestApp, name: RouteName, options: CallOptions = {}): Promise<Response> {
  const route: RouteSpec = routes[name];
  const path = route.path.replace(/:(\w+)/g, (_, param: string) => options.params?.[param] ?? param);
  const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  const sent = request(app.url)
    [method](`${path}${options.query ?? ''}`)
    .set(options.headers ?? {});
  if (options.user !== undefined) sent.set('authorization', `Bearer ${options.user.token}`);
  const response = await (options.body === undefined
    ? sent
    : sent.set('content-type', 'application/json').send(bodyText(options.body)));
  const judgement = judgeAnswer(route, {
    status: response.status,
    contentType: response.headers['content-type'],
    json: response.body,
    bodyBytes: response.text.length,
  });
  const undeclared = judgement.kind === 'answer' ? judgement.undeclared : [];
  const faults = [...judgement.faults, ...undeclared.map((path) => `${path} is not declared`)];
  if (faults.length > 0) {
    throw new Error(`${name} answered ${response.status} ${response.text}: ${faults.join('; ')}`);
  }
  return response;
}

/** Text goes as it is, for bodies that no serialiser would write. */
function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
