import type { Clock, Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import { presentUser } from './present-user.ts';
import { changeUser } from './user-rows.ts';

export interface AccountDeps {
  readonly db: Knex;
  readonly clock: Clock;
}

export function createAccountHandlers({ db, clock }: AccountDeps): Handlers<'getMe' | 'updateMe'> {
  return {
    getMe: async ({ caller }) => ({ status: 200, body: await presentUser(db, caller.userId) }),

    updateMe: ({ caller, body, transact }) =>
      transact(async (tx) => {
        await changeUser(tx, caller.userId, body, clock.now());
        return { status: 200, body: await presentUser(tx, caller.userId) };
      }),
  };
}
