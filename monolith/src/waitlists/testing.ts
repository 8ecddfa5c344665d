import { randomUUID } from 'node:crypto';
import type { Waitee, Waitlist } from '@banyan/contracts';
import type { Knex } from 'knex';
import { createGuestTokens } from '../guests/guest-tokens.ts';
import { callDue } from '../notifications/call-due.ts';
import { createLine } from './line.ts';
import { lockOwnWaitlist } from './line-lock.ts';
import { readWaitee } from './waitee-store.ts';
import { insertWaitlist, type WaitlistFields } from './waitlist-store.ts';

export const testTokens = createGuestTokens('a secret of more than thirty-two bytes, for tests');
export const testLine = createLine({ tokens: testTokens, callDue });

/** A host, as far as waitlists need one: a row that a list can belong to. */
export async function addHost(db: Knex): Promise<string> {
  const id = randomUUID();
  await db('users').insert({ id, email: `${id}@example.com`, display_name: 'Host', password_hash: '-' });
  return id;
}

export async function addList(
  db: Knex,
  ownerId: string,
  fields: Partial<WaitlistFields> = {},
): Promise<Waitlist> {
  return await db.transaction((tx) =>
    insertWaitlist(tx, ownerId, { name: 'Blue Door', open: true, minutesPerParty: 10, ...fields }),
  );
}

export async function addGuest(db: Knex, ownerId: string, waitlistId: string, name: string): Promise<Waitee> {
  return await db.transaction(async (tx) => {
    await lockOwnWaitlist(tx, ownerId, waitlistId);
    return await readWaitee(tx, waitlistId, await testLine.append(tx, waitlistId, { name, partySize: 2 }));
  });
}

/** Runs a change of the line as a route would: in a transaction, under the list's lock. */
export async function changeLine<T>(
  db: Knex,
  ownerId: string,
  waitlistId: string,
  change: (tx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return await db.transaction(async (tx) => {
    await lockOwnWaitlist(tx, ownerId, waitlistId);
    return await change(tx);
  });
}
