import { ApiError } from '@banyan/contracts';
import type { Clock, Log, RouteAnswer, RouteRequest, UploadedFile } from '@banyan/serving';
import type { Knex } from 'knex';
import type { AccessTokens } from '../keys/access-tokens.ts';
import { endSession, openSession } from '../sessions/sessions.ts';
import type { IssueTokens } from '../sessions/token-pairs.ts';
import {
  deletePendingUser,
  insertPendingUser,
  type NewUser,
  settlePendingUser,
  sweepPendingUsers,
} from './new-users.ts';
import { emailTaken, firstSession } from './register.ts';
import type { SendPhoto } from './send-photo.ts';

export interface PhotoRegistration {
  readonly user: NewUser;
  readonly upload: UploadedFile;
  readonly requestId: string;
  readonly issueTokens: IssueTokens;
  readonly transact: RouteRequest<'register'>['transact'];
}

export type RegisterWithPhoto = (registration: PhotoRegistration) => Promise<RouteAnswer>;

export interface RegisterWithPhotoDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly accessTokens: AccessTokens;
  readonly sendPhoto: SendPhoto;
  readonly log: Log;
}

const sweepEveryMs = 60 * 60 * 1_000;

/**
 * Registers somebody whose form brought a photo. Images are another capability, whose routes take a photo from a user:
 * so there is one first, pending, who gets the address at the end, together with the answer. Whatever stops this on
 * the way leaves a pending user at most, who is swept later and whom a repeated request doesn't meet.
 *
 *   pending user ──► PUT /api/me/photo, as that user ──► address, session and kept answer, or nothing
 */
export function createRegisterWithPhoto(deps: RegisterWithPhotoDeps): RegisterWithPhoto {
  const { db, clock, accessTokens, sendPhoto, log } = deps;

  async function addPending(user: NewUser) {
    const mint = await accessTokens.minter();
    const session = await db.transaction(async (tx) => {
      const now = clock.now();
      return openSession(tx, await insertPendingUser(tx, user, now), now);
    });
    return { ...session, accessToken: (await mint(session)).text };
  }

  let sweptAtMs = Number.NEGATIVE_INFINITY;

  /** There is no timer to do it by, and no index either, so that one environment does it now and then. */
  async function sweepSometimes(): Promise<void> {
    const now = clock.now();
    if (now.getTime() - sweptAtMs < sweepEveryMs) return;
    sweptAtMs = now.getTime();
    await sweepPendingUsers(db, now).catch((err: unknown) =>
      log.warn({ err }, 'pending users were not swept'),
    );
  }

  return async ({ user, upload, requestId, issueTokens, transact }) => {
    await sweepSometimes();
    const pending = await addPending(user);
    try {
      await sendPhoto({ upload, requestId, accessToken: pending.accessToken });
      return await transact(async (tx) => {
        const now = clock.now();
        const outcome = await settlePendingUser(tx, pending.userId, user.email, now);
        if (outcome === 'email-taken') throw emailTaken();
        if (outcome === 'gone') throw new ApiError('unavailable', 'The registration took too long.');
        // It was for sending the photo alone.
        await endSession(tx, pending.sessionId, 'logout', now);
        return firstSession(tx, pending.userId, issueTokens, now);
      });
    } finally {
      // Nothing is left to delete where all went well. Where a repeated request got the answer that was kept for its
      // key, this is the second pending user.
      await deletePendingUser(db, pending.userId).catch((err: unknown) =>
        log.warn({ err, requestId }, 'a pending user is left to the sweep'),
      );
    }
  };
}
