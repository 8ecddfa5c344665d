import type { Knex } from 'knex';

/** The channel on which processes tell each other that something about a waitlist is new. */
export const changeChannel = 'waitlist_changed';

/**
 * Tells every process, once this transaction is committed and not if it is rolled back, that those who follow the list
 * have something new to see. It says which list and no more: what is new is read, so that it can't be out of date.
 */
export async function announceChange(db: Knex.Transaction, waitlistId: string): Promise<void> {
  await db.raw('SELECT pg_notify(?, ?)', [changeChannel, waitlistId.toLowerCase()]);
}
