import { randomUUID } from 'node:crypto';
import { ApiError, type User } from '@banyan/contracts';
import type { Clock, Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import type { ImageStore } from '../images/image-store.ts';
import type { Passwords } from './passwords.ts';
import { openSession } from './session-store.ts';
import type { SignIn } from './sign-in.ts';
import { changeUser, findCredentials, insertUser, readUser } from './user-store.ts';

export interface AccountDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly images: Pick<ImageStore, 'prepare' | 'commitPhoto' | 'discard'>;
  readonly passwords: Passwords;
  readonly signIn: SignIn;
}

export function createAccountHandlers(deps: AccountDeps): Handlers<'register' | 'getMe' | 'updateMe'> {
  const { db, clock, images, passwords, signIn } = deps;
  return {
    async register({ body, upload, transact }) {
      // Spares the slow work; whether the address is free is decided when the user is inserted.
      if ((await findCredentials(db, { email: body.email })) !== undefined) throw emailTaken();
      const prepared = upload && (await images.prepare(upload.bytes));
      try {
        const { password, ...account } = body;
        const passwordHash = await passwords.hash(password);
        return await transact(async (tx) => {
          const id = randomUUID();
          const times = signIn.times();
          const user = { id, passwordHash, ...account, phone: account.phone };
          if (!(await insertUser(tx, user, times.now))) throw emailTaken();
          if (prepared !== undefined) await images.commitPhoto(tx, prepared, id);
          const tokens = await signIn.tokensFor(await openSession(tx, id, times));
          return { status: 201, body: { ...tokens, user: await present(tx, id) } };
        });
      } finally {
        if (prepared !== undefined) await images.discard(prepared);
      }
    },

    getMe: async ({ caller }) => ({ status: 200, body: await present(db, caller.userId) }),

    updateMe: ({ caller, body, transact }) =>
      transact(async (tx) => {
        await changeUser(tx, caller.userId, body, clock.now());
        return { status: 200, body: await present(tx, caller.userId) };
      }),
  };
}

/** @throws ApiError unauthorized, if the account went away since the token was read */
export async function present(db: Knex, userId: string): Promise<User> {
  const user = await readUser(db, userId);
  if (user === undefined) throw new ApiError('unauthorized', 'This account is gone.');
  return user;
}

function emailTaken(): ApiError {
  return new ApiError('email_taken', 'There is an account with this e-mail address already.');
}
