import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Session } from '../auth/account.ts';
import { type Client, createClient } from '../client/client.ts';
import type { CallInput, CallOptions, CallResult } from '../client/types.ts';
import { pathOf } from '../http/path-of.ts';
import type { Image } from '../images/image.ts';
import type { RouteSpec } from '../route.ts';
import { type RouteName, type RouteOf, routes } from '../routes.ts';
import type { Waitee, Waitlist } from '../waitlists/waitlist.ts';
import type { ContractTarget, ReceivedMail } from './contract-case.ts';
import { pngOf } from './png.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
  readonly session: Session;
}

export interface RawCall {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type Success<N extends RouteName> = Extract<CallResult<RouteOf<N>>, { ok: true }>;

/** What cases act with: clients of the judged server, and the people and things that they need. */
export function createWorld(target: ContractTarget) {
  const judged = createClient({ baseUrl: target.baseUrl, strict: true });
  const whole = createClient({ baseUrl: target.wholeUrl ?? target.baseUrl, strict: true });
  const isJudged = (name: RouteName) => target.capabilities?.includes(routes[name].capability) ?? true;

  const call: Client['call'] = (name, input, options) =>
    (isJudged(name) ? judged : whole).call(name, input, options);

  async function succeed<N extends RouteName>(
    name: N,
    input: CallInput<RouteOf<N>>,
    options?: CallOptions,
  ): Promise<Success<N>> {
    const result = await call(name, input, options);
    if (!result.ok) assert.fail(`${name} answered ${result.status}: ${JSON.stringify(result.error)}`);
    return result as Success<N>;
  }

  async function newAccount(): Promise<Account> {
    const email = `guest-${randomUUID()}@example.com`;
    const password = `pass-${randomUUID()}`;
    const { body } = await succeed('register', { body: { email, password, displayName: 'Ada Lovelace' } });
    return { email, password, session: body };
  }

  const owner = once(newAccount);
  const ownerToken = async () => (await owner()).session.accessToken;

  async function newWaitlist(): Promise<Waitlist> {
    const input = { body: { name: 'Chez Ada', minutesPerParty: 12 } };
    return (await succeed('createWaitlist', input, { accessToken: await ownerToken() })).body;
  }

  async function newWaitee(
    waitlist?: Waitlist,
    email: string | undefined = 'guest@example.com',
  ): Promise<Waitee> {
    const { id } = waitlist ?? (await newWaitlist());
    const input = {
      params: { id },
      body: { name: 'Grace Hopper', partySize: 2, ...(email ? { email } : {}) },
    };
    return (await succeed('createWaitee', input, { accessToken: await ownerToken() })).body;
  }

  async function calledWaitee(email?: string): Promise<Waitee> {
    const waitee = await newWaitee(undefined, email);
    const params = { id: waitee.waitlistId, waiteeId: waitee.id };
    const input = { params, body: { status: 'called' as const } };
    return (await succeed('setWaiteeStatus', input, { accessToken: await ownerToken() })).body;
  }

  async function newImage(): Promise<Image> {
    const input = { form: { file: pngOf(48, 32, [200, 40, 40]) } };
    return (await succeed('createImage', input, { accessToken: await ownerToken() })).body;
  }

  async function newPlaceToken(): Promise<string> {
    const { slug } = await newWaitlist();
    const joined = await succeed('joinWaitlist', {
      params: { slug },
      body: { name: 'Joan Clarke', partySize: 3 },
    });
    return joined.body.token;
  }

  return {
    call,
    succeed,
    newAccount,
    owner,
    /** Someone who owns nothing of what the cases make. */
    stranger: once(newAccount),
    ownerToken,
    newWaitlist,
    newWaitee,
    calledWaitee,
    newImage,
    newPlaceToken,

    /** A request that the typed client would not make. */
    async raw(name: RouteName, request: RawCall): Promise<RawAnswer> {
      const route: RouteSpec = routes[name];
      const base = isJudged(name) ? target.baseUrl : (target.wholeUrl ?? target.baseUrl);
      const response = await fetch(`${base}${pathOf(route, request.params as never)}${request.query ?? ''}`, {
        method: request.method ?? route.method,
        headers: request.headers ?? {},
        redirect: 'manual',
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },

    /** Waits for a mail; the answer's route promises it within a minute. */
    async mailTo(address: string, matches: (mail: ReceivedMail) => boolean): Promise<ReceivedMail> {
      const deadline = Date.now() + 90_000;
      while (Date.now() < deadline) {
        const found = (await target.mailsTo?.(address))?.find(matches);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return assert.fail(`no such mail reached ${address} within 90 s`);
    },
  };
}

export type World = ReturnType<typeof createWorld>;

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
