import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '@banyan/contracts';
import type { Clock, Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import type { Outbox } from '../mail/outbox.ts';
import { isResetUsable, requestReset, useReset } from './password-resets.ts';
import type { Passwords } from './passwords.ts';
import { resetMail } from './reset-mail.ts';
import { endSessionsOf } from './session-store.ts';
import { findCredentials, lockCredentials, setPassword } from './user-store.ts';

export interface PasswordDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly outbox: Pick<Outbox, 'add' | 'poke'>;
  readonly publicUrl: string;
}

/** Longer than writing a mail down takes, so that the time does not tell whether one was. */
const forgotTakesMs = 100;

export function createPasswordHandlers(deps: PasswordDeps): Handlers<'forgot' | 'reset' | 'changePassword'> {
  const { db, clock, passwords, outbox, publicUrl } = deps;
  return {
    async forgot({ body, transact, afterCommit }) {
      const [answer] = await Promise.all([
        transact(async (tx) => {
          const request = await requestReset(tx, body.email, clock.now());
          if (request !== undefined) {
            await outbox.add(tx, { to: body.email, ...resetMail(publicUrl, request.token) });
            afterCommit(outbox.poke);
          }
          return { status: 202, body: { accepted: true } };
        }),
        sleep(forgotTakesMs),
      ]);
      return answer;
    },

    async reset({ body, transact }) {
      // Spares the hashing for tokens that are none; decided again when the token is used up.
      if (!(await isResetUsable(db, body.token, clock.now()))) throw invalidResetToken();
      const passwordHash = await passwords.hash(body.password);
      return transact(async (tx) => {
        const now = clock.now();
        const userId = await useReset(tx, body.token, now);
        if (userId === undefined) throw invalidResetToken();
        await setPassword(tx, userId, passwordHash, now);
        await endSessionsOf(tx, userId, { why: 'password-changed', now });
        return { status: 204 };
      });
    },

    async changePassword({ caller, body, transact }) {
      const credentials = await findCredentials(db, { id: caller.userId });
      const matches = await passwords.matches(body.currentPassword, credentials?.passwordHash);
      if (credentials === undefined || !matches) throw wrongPassword();
      const passwordHash = await passwords.hash(body.newPassword);
      return transact(async (tx) => {
        if (!(await lockCredentials(tx, credentials))) throw wrongPassword();
        const now = clock.now();
        await setPassword(tx, caller.userId, passwordHash, now);
        await endSessionsOf(tx, caller.userId, { except: caller.sessionId, why: 'password-changed', now });
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
