import type { Clock, Log } from '@banyan/serving';
import type { Knex } from 'knex';
import { planKeys } from './key-schedule.ts';
import {
  deleteSpentKeys,
  insertKey,
  lockKeyCreation,
  makeKey,
  readKeys,
  type SigningKey,
  type StoredKey,
} from './key-store.ts';
import type { KeySeal } from './seal-private-key.ts';

export interface SigningKeys {
  /**
   * The key to sign with now. Makes one if it is time for it.
   * Takes a connection of its own: not to be called inside of a transaction.
   */
  current(): Promise<SigningKey>;
}

export interface SigningKeysDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly seal: KeySeal;
  readonly log: Log;
}

/** So long may another process's new key be unknown here: far shorter than a key is published before it signs. */
const readAgainAfterMs = 30_000;

export function createSigningKeys({ db, clock, seal, log }: SigningKeysDeps): SigningKeys {
  let known: { readonly keys: readonly SigningKey[]; readonly readAt: Date } | undefined;
  let underWay: Promise<SigningKey> | undefined;

  function fromKnown(now: Date): SigningKey | undefined {
    // A clock that was set back must not make what is known last for longer.
    if (known === undefined || Math.abs(now.getTime() - known.readAt.getTime()) > readAgainAfterMs) {
      return undefined;
    }
    const { signWith, create } = planKeys(known.keys, now);
    return create === undefined ? signWith : undefined;
  }

  async function readOrMake(now: Date): Promise<SigningKey> {
    known = { keys: openAll(await readKeys(db, now)), readAt: now };
    const key = fromKnown(now);
    if (key !== undefined) return key;
    const { keys, current } = await db.transaction((tx) => make(tx, now));
    known = { keys, readAt: now };
    return current;
  }

  async function make(tx: Knex.Transaction, now: Date) {
    await lockKeyCreation(tx);
    // Whoever had the lock before may have made it already.
    const keys = openAll(await readKeys(tx, now));
    const { signWith, create } = planKeys(keys, now);
    if (create === undefined) return { keys, current: one(signWith) };
    const made = await makeKey(create);
    await insertKey(tx, made, seal);
    await deleteSpentKeys(tx, now);
    log.info({ keyId: made.keyId, signsFrom: made.signsFrom }, 'made a signing key');
    return { keys: [...keys, made], current: one(signWith ?? made) };
  }

  /** A key that was sealed under another secret, or whose bytes were changed, signs nothing here: others can still verify by it. */
  function openAll(stored: readonly StoredKey[]): readonly SigningKey[] {
    return stored.flatMap(({ sealedPrivateKey, ...key }) => {
      try {
        return [{ ...key, privateKey: seal.open(sealedPrivateKey, key.keyId) }];
      } catch (err) {
        log.error({ err, keyId: key.keyId }, 'a signing key does not open under this secret');
        return [];
      }
    });
  }

  return {
    async current() {
      const now = clock.now();
      const key = fromKnown(now);
      if (key !== undefined) return key;
      underWay ??= readOrMake(now).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

function one(key: SigningKey | undefined): SigningKey {
  if (key === undefined) throw new Error('the schedule names no key to sign with, and wants none');
  return key;
}
