import { createHash } from 'node:crypto';
import { ApiError } from '@banyan/contracts';
import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../log.ts';
import { networkOf } from './network-of.ts';

export interface LoginLimits {
  /**
   * Runs a login if it may be tried at all. One that ends in `invalid_credentials` counts; one that succeeds, or fails
   * for another reason, does not.
   * @throws ApiError rate_limited, before the password is looked at; and whatever the login throws
   */
  guard<T>(attempt: LoginAttempt, login: () => Promise<T>): Promise<T>;
}

export interface LoginAttempt {
  /** As the contract reads it: trimmed, in lower case. Whether it has an account makes no difference. */
  readonly email: string;
  readonly clientAddress: string;
}

export interface LoginLimitsDeps {
  readonly db: Knex;
  readonly log: Log;
  /** How many may fail in 15 minutes. */
  readonly failuresPerAccount: number;
  readonly failuresPerAddress: number;
}

const windowSeconds = 15 * 60;
const usualForSeconds = 30 * 24 * 60 * 60;

/**
 * Counts failed logins in the table `login_failures`, which both sides share: by account, and by client address.
 *
 * Each attempt is counted, by one statement, before the password is looked at, and taken back if it did not fail: as
 * many as race, no more than the limit get through. A window begins with its first failure, and refused attempts do not
 * prolong it.
 *
 * Whoever knows a mail address could keep its owner out by failing in their name. So an address from which the account
 * was logged in to lately has a count of its own, which nobody elsewhere can fill.
 */
export function createLoginLimits(deps: LoginLimitsDeps): LoginLimits {
  const { db, log, failuresPerAccount, failuresPerAddress } = deps;
  const limiter = (keyPrefix: string, points: number, duration = windowSeconds) =>
    new RateLimiterPostgres({
      storeClient: db,
      storeType: 'knex',
      tableName: 'login_failures',
      // It comes with the monolith's migrations; what is past its time goes with the monolith's sweep.
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration,
    });
  const byAddress = limiter('address', failuresPerAddress);
  const byAccount = limiter('account', failuresPerAccount);
  const byUsualAddress = limiter('account-here', failuresPerAccount);
  const usualAddresses = limiter('usual', 1, usualForSeconds);

  async function quietly(effects: readonly Promise<unknown>[]): Promise<void> {
    for (const outcome of await Promise.allSettled(effects)) {
      if (outcome.status === 'fulfilled') continue;
      log.warn({ err: outcome.reason }, 'a count of failed logins could not be changed');
    }
  }

  return {
    async guard({ email, clientAddress }, login) {
      const address = keyOf(networkOf(clientAddress));
      const account = keyOf(email);
      const here = keyOf(`${email}\0${networkOf(clientAddress)}`);

      await count(byAddress, address);
      const isUsual = (await usualAddresses.get(here)) !== null;
      const [limit, key] = isUsual ? [byUsualAddress, here] : [byAccount, account];
      await count(limit, key);
      try {
        const outcome = await login();
        await quietly([
          byAddress.reward(address),
          limit.delete(key),
          usualAddresses.set(here, 0, usualForSeconds),
        ]);
        return outcome;
      } catch (fault) {
        const isFailedLogin = fault instanceof ApiError && fault.code === 'invalid_credentials';
        if (!isFailedLogin) await quietly([byAddress.reward(address), limit.reward(key)]);
        throw fault;
      }
    },
  };
}

async function count(limit: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limit.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new ApiError('rate_limited', 'Too many failed logins. Please try again later.', {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))) },
    });
  }
}

/** The table tells nobody who tried to log in, or where from. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Deletes what is past its time. */
export async function sweepLoginFailures(db: Knex, now: Date): Promise<void> {
  await db('login_failures').where('expire', '<', now.getTime()).delete();
}
