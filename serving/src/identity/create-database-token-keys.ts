import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { FindTokenKey, TokenKey } from '../authentication/token-key.ts';
import type { Clock } from '../clock.ts';
import type { Handler } from '../http/route-handler.ts';
import type { Log } from '../log.ts';
import { type PublicKey, publicKeyOf } from './public-key.ts';

export interface DatabaseTokenKeys {
  /** @throws what says that the database is not available, if it has to be asked and is not: a token is then not refused */
  readonly find: FindTokenKey;
  /** The answer of `GET /.well-known/jwks.json`, the same on both sides. */
  readonly getJwks: Handler<'getJwks'>;
}

export interface DatabaseTokenKeysDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  /** Keys that need no looking up, by key id: the monolith's. */
  readonly known: Readonly<Record<string, TokenKey>>;
}

/** A key that was withdrawn is good for no longer than this after. */
const keptForMs = 30_000;
/** Nobody makes more than one query in this time by making up key ids. */
const readPauseMs = 1_000;
const undefinedTable = '42P01';

interface KeySet {
  readonly keys: ReadonlyMap<string, PublicKey>;
  readonly readAt: Date;
}

/**
 * Knows the keys of both sides: those given, and the auth service's public ones, from the table `signing_keys` or the
 * view of that name. As long as there is none of either, nobody but the monolith signs.
 */
export function createDatabaseTokenKeys(deps: DatabaseTokenKeysDeps): DatabaseTokenKeys {
  const { db, clock, log } = deps;
  const known = new Map(Object.entries(deps.known));
  let latest: KeySet | undefined;
  let reading: Promise<KeySet> | undefined;
  let lastReadMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<KeySet> {
    const readAt = clock.now();
    const keys = new Map((await readKeys(db, log, readAt)).map((key) => [key.keyId, key]));
    latest = { keys, readAt };
    return latest;
  }

  /** A read that begins after now, shared by all who wait for it. A key is there before its first token is. */
  function readSoon(): Promise<KeySet> {
    reading ??= (async () => {
      await sleep(Math.max(0, lastReadMs + readPauseMs - performance.now()));
      lastReadMs = performance.now();
      // Whoever asks from here on may ask for a key that this read misses.
      reading = undefined;
      return read();
    })();
    return reading;
  }

  /** A clock that was set back must not make what was read last for longer. */
  function isFresh({ readAt }: KeySet): boolean {
    return Math.abs(clock.now().getTime() - readAt.getTime()) < keptForMs;
  }

  return {
    async find(keyId) {
      const own = known.get(keyId);
      if (own !== undefined) return own;
      const kept = latest !== undefined && isFresh(latest) ? latest.keys.get(keyId) : undefined;
      const key = kept ?? (await readSoon()).keys.get(keyId);
      return key !== undefined && clock.now() < key.verifiedUntil ? key.tokenKey : undefined;
    },
    async getJwks() {
      const { keys } = await read();
      return {
        status: 200,
        body: { keys: [...keys.values()].map(({ jwk }) => jwk) },
        headers: { 'cache-control': 'public, max-age=300' },
      };
    },
  };
}

async function readKeys(db: Knex, log: Log, now: Date): Promise<readonly PublicKey[]> {
  try {
    const rows: readonly { key_id: string }[] = await db('signing_keys')
      .where('verified_until', '>', now)
      .orderBy('key_id')
      .select('key_id', 'algorithm', 'public_jwk', 'verified_until');
    return rows.flatMap((row) => {
      try {
        return [publicKeyOf(row)];
      } catch (err) {
        log.error({ err, keyId: row.key_id }, 'a signing key can not be read: its tokens are refused');
        return [];
      }
    });
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === undefinedTable) return [];
    throw fault;
  }
}
