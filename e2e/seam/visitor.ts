import { randomUUID } from 'node:crypto';
import {
  type CallInput,
  createClient,
  type RouteName,
  type RouteOf,
  type Session,
  session,
} from '@banyan/contracts';

export interface VisitRecord {
  readonly route: RouteName;
  readonly tookMs: number;
}

/** Whatever is not the answer that this request must have. */
export interface Wrong {
  readonly route: RouteName;
  readonly was: string;
}

export interface Visitor {
  /** All that an account goes through, again and again, until told to end. */
  readonly visit: (isOver: () => boolean) => Promise<void>;
  readonly records: readonly VisitRecord[];
  readonly wrong: readonly Wrong[];
}

const password = 'correct horse';

/** Uses each of the tables that move, by every statement that the monolith has for them, one request after another. */
export function createVisitor(baseUrl: string): Visitor {
  const client = createClient({ baseUrl });
  const records: VisitRecord[] = [];
  const wrong: Wrong[] = [];

  async function expecting<N extends RouteName>(
    wanted: number,
    route: N,
    input: CallInput<RouteOf<N>>,
    accessToken?: string,
  ): Promise<unknown> {
    const startedAt = performance.now();
    try {
      const answer = await client.call(route, input, accessToken === undefined ? {} : { accessToken });
      if (answer.status !== wanted) wrong.push({ route, was: String(answer.status) });
      return 'body' in answer ? answer.body : undefined;
    } catch (fault) {
      wrong.push({ route, was: String(fault) });
      return undefined;
    } finally {
      records.push({ route, tookMs: performance.now() - startedAt });
    }
  }

  async function once(): Promise<void> {
    const email = `${randomUUID()}@example.com`;
    const account = { email, password, displayName: 'Ada' };
    const first = sessionOf(await expecting(201, 'register', { body: account }));
    if (first === undefined) return;
    await expecting(409, 'register', { body: account });
    await expecting(200, 'getMe', {}, first.accessToken);
    await expecting(200, 'updateMe', { body: { displayName: 'Ada L.' } }, first.accessToken);
    await expecting(401, 'login', { body: { email, password: 'wrong' } });
    const second = sessionOf(await expecting(200, 'login', { body: { email, password } }));
    if (second === undefined) return;
    await expecting(200, 'refresh', { body: { refreshToken: second.refreshToken } });
    await expecting(202, 'forgot', { body: { email } });
    await expecting(
      201,
      'createWaitlist',
      { body: { name: 'Lunch', minutesPerParty: 5 } },
      first.accessToken,
    );
    await expecting(
      204,
      'changePassword',
      { body: { currentPassword: password, newPassword: 'another horse' } },
      first.accessToken,
    );
    await expecting(401, 'getMe', {}, second.accessToken);
    await expecting(204, 'logout', {}, first.accessToken);
    await expecting(401, 'getMe', {}, first.accessToken);
  }

  return {
    records,
    wrong,
    async visit(isOver) {
      while (!isOver()) await once();
    },
  };
}

function sessionOf(body: unknown): Session | undefined {
  return session.safeParse(body).data;
}
