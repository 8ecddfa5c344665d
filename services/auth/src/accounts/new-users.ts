import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { hashColumns } from '../passwords/credentials.ts';
import type { PasswordHashes } from '../passwords/passwords.ts';

export interface NewUser {
  readonly email: string;
  readonly displayName: string;
  readonly phone: string | undefined;
  readonly hashes: PasswordHashes;
}

const sweptAfterMs = 60 * 60 * 1_000;
/** Whoever comes by sweeps a few: there are never many. */
const sweptAtOnce = 20;

/** @returns the id, or nothing if the address is taken */
export async function insertUser(
  db: Knex.Transaction,
  user: NewUser,
  now: Date,
): Promise<string | undefined> {
  const rows: readonly { id: string }[] = await db('users')
    .insert({ id: randomUUID(), email: user.email, ...columns(user, now) })
    .onConflict('email')
    .ignore()
    .returning('id');
  return rows[0]?.id;
}

/**
 * A user who has everything but an address: nobody can log in to it, or take an address by it. It lets a photo be sent
 * for somebody who is not registered yet, by the routes of a capability that is another's.
 */
export async function insertPendingUser(db: Knex.Transaction, user: NewUser, now: Date): Promise<string> {
  const id = randomUUID();
  await db('users').insert({ id, email: pendingEmail(id), ...columns(user, now) });
  return id;
}

/**
 * Gives a pending user the address.
 * @returns whether it is theirs: it may have been taken in the meantime, or the pending user swept
 */
export async function settlePendingUser(
  db: Knex.Transaction,
  id: string,
  email: string,
  now: Date,
): Promise<'settled' | 'email-taken' | 'gone'> {
  try {
    // In a transaction of its own, which is a savepoint: what comes after needs this one whole.
    const settled = await db.transaction((savepoint) =>
      savepoint('users')
        .where({ id, email: pendingEmail(id) })
        .update({ email, updated_at: now }),
    );
    return settled === 1 ? 'settled' : 'gone';
  } catch (fault) {
    if (isUniqueViolation(fault)) return 'email-taken';
    throw fault;
  }
}

/** Only if it is pending still: a commit whose answer was lost may have settled it. */
export async function deletePendingUser(db: Knex, id: string): Promise<void> {
  await db('users')
    .where({ id, email: pendingEmail(id) })
    .delete();
}

/** Deletes a few of those that were left behind by a registration that was cut short. */
export async function sweepPendingUsers(db: Knex, now: Date): Promise<void> {
  const leftBehind = db('users')
    .where('email', 'like', `${pendingPrefix}%`)
    .where('created_at', '<', new Date(now.getTime() - sweptAfterMs))
    .limit(sweptAtOnce)
    .forUpdate()
    .skipLocked()
    .select('id');
  await db('users').whereIn('id', leftBehind).delete();
}

const pendingPrefix = 'pending:';

/** No address that the contract takes has a colon before its @. */
function pendingEmail(id: string): string {
  return `${pendingPrefix}${id}`;
}

function columns({ displayName, phone, hashes }: NewUser, now: Date) {
  return {
    display_name: displayName,
    phone: phone ?? null,
    ...hashColumns(hashes),
    created_at: now,
    updated_at: now,
  };
}

function isUniqueViolation(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === '23505';
}
