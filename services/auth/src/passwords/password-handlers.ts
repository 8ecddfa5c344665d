import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '@banyan/contracts';
import type { Clock, Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import { endSessionsOf } from '../sessions/sessions.ts';
import { findCredentials, lockCredentials, setPassword } from './credentials.ts';
import { isResetUsable, requestReset, useReset } from './password-resets.ts';
import type { Passwords } from './passwords.ts';
import { addResetMail } from './reset-mail.ts';

export interface PasswordDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly publicUrl: string;
}

/** Longer than writing a mail down takes, so that the time does not tell whether one was. */
const forgotTakesMs = 100;

export function createPasswordHandlers(deps: PasswordDeps): Handlers<'forgot' | 'reset' | 'changePassword'> {
  const { db, clock, passwords, publicUrl } = deps;
  return {
    async forgot({ body: { email }, transact }) {
      const work = transact(async (tx) => {
        const now = clock.now();
        const token = await requestReset(tx, email, now);
        if (token !== undefined) await addResetMail(tx, { to: email, token, publicUrl, now });
        return { status: 202, body: { accepted: true } };
      });
      const [answer] = await Promise.all([work, sleep(forgotTakesMs)]);
      return answer;
    },

    async reset({ body, transact }) {
      // Spares the hashing for tokens that are none.
      if (!(await isResetUsable(db, body.token, clock.now()))) throw invalidResetToken();
      const hashes = await passwords.hash(body.password);
      return transact(async (tx) => {
        const now = clock.now();
        const userId = await useReset(tx, body.token, now);
        if (userId === undefined) throw invalidResetToken();
        await setPassword(tx, userId, hashes, now);
        await endSessionsOf(tx, userId, { now });
        return { status: 204 };
      });
    },

    async changePassword({ caller, body, transact }) {
      const credentials = await findCredentials(db, { id: caller.userId });
      const { matches } = await passwords.compare(body.currentPassword, credentials);
      if (credentials === undefined || !matches) throw wrongPassword();
      const hashes = await passwords.hash(body.newPassword);
      return transact(async (tx) => {
        if (!(await lockCredentials(tx, credentials))) throw wrongPassword();
        const now = clock.now();
        await setPassword(tx, caller.userId, hashes, now);
        await endSessionsOf(tx, caller.userId, { except: caller.sessionId, now });
        return { status: 204 };
      });
    },
  };
}

function invalidResetToken(): ApiError {
  return new ApiError('invalid_reset_token', 'The link is not valid any more. Please ask for a new one.');
}

function wrongPassword(): ApiError {
  return new ApiError('wrong_password', 'The current password is wrong.');
}
