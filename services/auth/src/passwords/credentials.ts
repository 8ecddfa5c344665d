import type { Knex } from 'knex';
import type { PasswordHashes, StoredHashes } from './passwords.ts';

export interface Credentials extends StoredHashes {
  readonly userId: string;
}

interface Row {
  readonly id: string;
  readonly password_hash: string;
  readonly argon2id_hash: string | null;
  readonly argon2id_beside: Buffer | null;
}

export async function findCredentials(
  db: Knex,
  by: { readonly email: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const row: Row | undefined = await db('users')
    .where(by)
    .first('id', 'password_hash', 'argon2id_hash', 'argon2id_beside');
  return (
    row && {
      userId: row.id,
      bcrypt: row.password_hash,
      argon2id: row.argon2id_hash,
      argon2idBeside: row.argon2id_beside,
    }
  );
}

/**
 * Whether the password that was compared is still the account's, which it then stays until the transaction ends:
 * comparing takes long, and is done outside of it.
 */
export async function lockCredentials(db: Knex.Transaction, compared: Credentials): Promise<boolean> {
  const row: unknown = await db('users')
    .where({ id: compared.userId, password_hash: compared.bcrypt })
    .forNoKeyUpdate()
    .first('id');
  return row !== undefined;
}

export async function setPassword(
  db: Knex.Transaction,
  userId: string,
  hashes: PasswordHashes,
  now: Date,
): Promise<void> {
  await db('users')
    .where({ id: userId })
    .update({ ...hashColumns(hashes), updated_at: now });
}

/** Adds what a comparison made, under the lock of `lockCredentials`. Nothing of the account has changed by that. */
export async function upgradeHashes(
  db: Knex.Transaction,
  userId: string,
  { argon2id, argon2idBeside }: PasswordHashes,
): Promise<void> {
  await db('users')
    .where({ id: userId })
    .update({ argon2id_hash: argon2id, argon2id_beside: argon2idBeside });
}

export function hashColumns({ bcrypt, argon2id, argon2idBeside }: PasswordHashes) {
  return { password_hash: bcrypt, argon2id_hash: argon2id, argon2id_beside: argon2idBeside };
}
