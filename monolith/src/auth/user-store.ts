import type { User } from '@banyan/contracts';
import type { Knex } from 'knex';
import { photoOf } from '../images/photo-of.ts';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly phone: string | null;
  readonly photo_image_id: string | null;
  readonly created_at: Date;
}

export interface Credentials {
  readonly id: string;
  readonly passwordHash: string;
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly phone: string | undefined;
  readonly passwordHash: string;
}

export interface UserChange {
  readonly displayName?: string | undefined;
  readonly phone?: string | null | undefined;
}

export async function readUser(db: Knex, id: string): Promise<User | undefined> {
  const row: UserRow | undefined = await db('users')
    .where({ id })
    .first('id', 'email', 'display_name', 'phone', 'photo_image_id', 'created_at');
  return (
    row && {
      id: row.id,
      email: row.email,
      displayName: row.display_name,
      phone: row.phone,
      photo: photoOf(row.photo_image_id),
      createdAt: row.created_at.toISOString(),
    }
  );
}

/** @returns whether the address was free */
export async function insertUser(db: Knex.Transaction, user: NewUser, now: Date): Promise<boolean> {
  const rows = await db('users')
    .insert({
      id: user.id,
      email: user.email,
      display_name: user.displayName,
      phone: user.phone ?? null,
      password_hash: user.passwordHash,
      created_at: now,
      updated_at: now,
    })
    .onConflict('email')
    .ignore()
    .returning('id');
  return rows.length === 1;
}

export async function changeUser(
  db: Knex.Transaction,
  id: string,
  change: UserChange,
  now: Date,
): Promise<void> {
  const changed = { display_name: change.displayName, phone: change.phone };
  const given = Object.entries(changed).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  await db('users')
    .where({ id })
    .update({ ...Object.fromEntries(given), updated_at: now });
}

export async function findCredentials(
  db: Knex,
  by: { readonly email: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const row: { id: string; password_hash: string } | undefined = await db('users')
    .where(by)
    .first('id', 'password_hash');
  return row && { id: row.id, passwordHash: row.password_hash };
}

/**
 * Whether the password that was compared is still the account's, which it then stays until the transaction ends:
 * comparing takes long, and is done outside of it.
 */
export async function lockCredentials(db: Knex.Transaction, compared: Credentials): Promise<boolean> {
  const row: unknown = await db('users')
    .where({ id: compared.id, password_hash: compared.passwordHash })
    .forNoKeyUpdate()
    .first('id');
  return row !== undefined;
}

export async function setPassword(
  db: Knex.Transaction,
  id: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await db('users').where({ id }).update({ password_hash: passwordHash, updated_at: now });
}
