import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import type { KeyTimes } from './key-schedule.ts';
import type { KeySeal } from './seal-private-key.ts';

export interface StoredKey extends KeyTimes {
  readonly keyId: string;
  readonly sealedPrivateKey: Buffer;
}

export interface SigningKey extends KeyTimes {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

interface Row {
  readonly key_id: string;
  readonly sealed_private_key: Buffer;
  readonly created_at: Date;
  readonly signs_from: Date;
  readonly signs_until: Date;
  readonly verified_until: Date;
}

/** Any number, as long as nothing else in this database takes the same lock. */
const creationLock = 7_402_661_003;

/** Those that may sign, now or later. */
export async function readKeys(db: Knex, now: Date): Promise<readonly StoredKey[]> {
  const rows: readonly Row[] = await db('signing_keys')
    .where('signs_until', '>', now)
    .select('key_id', 'sealed_private_key', 'created_at', 'signs_from', 'signs_until', 'verified_until');
  return rows.map((row) => ({
    keyId: row.key_id,
    sealedPrivateKey: row.sealed_private_key,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    signsUntil: row.signs_until,
    verifiedUntil: row.verified_until,
  }));
}

/** Until this transaction ends, nobody else decides on a new key. */
export async function lockKeyCreation(db: Knex.Transaction): Promise<void> {
  await db.raw('SELECT pg_advisory_xact_lock(?::bigint)', [creationLock]);
}

export async function insertKey(db: Knex.Transaction, key: MadeKey, seal: KeySeal): Promise<void> {
  await db('signing_keys').insert({
    key_id: key.keyId,
    algorithm: 'ES256',
    public_jwk: JSON.stringify(key.publicJwk),
    sealed_private_key: seal.close(key.privateKey, key.keyId),
    created_at: key.createdAt,
    signs_from: key.signsFrom,
    signs_until: key.signsUntil,
    verified_until: key.verifiedUntil,
  });
}

/** Those by which nothing can be verified any more. */
export async function deleteSpentKeys(db: Knex.Transaction, now: Date): Promise<void> {
  await db('signing_keys').where('verified_until', '<=', now).delete();
}

export interface MadeKey extends SigningKey {
  /** RFC 7517: what anyone needs who verifies, and nothing more. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export async function makeKey(times: KeyTimes): Promise<MadeKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const keyId = randomBytes(12).toString('base64url');
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256', use: 'sig' };
  return { ...times, keyId, privateKey, publicJwk };
}
