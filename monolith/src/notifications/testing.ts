import { randomUUID } from 'node:crypto';
import type { NotificationKind } from '@banyan/contracts';
import type { Knex } from 'knex';
import { addHost, addList, changeLine, testLine } from '../waitlists/testing.ts';
import { callDue } from './call-due.ts';

export interface Scene {
  readonly ownerId: string;
  readonly waitlistId: string;
}

export async function addScene(db: Knex, name = 'Blue Door'): Promise<Scene> {
  const ownerId = await addHost(db);
  const { id } = await addList(db, ownerId, { name });
  return { ownerId, waitlistId: id };
}

export interface CalledGuest {
  readonly waiteeId: string;
  readonly email: string;
}

/** A guest who joined and was called, so that the call is due. */
export async function addCalled(
  db: Knex,
  { ownerId, waitlistId }: Scene,
  { name = 'Ben' } = {},
): Promise<CalledGuest> {
  const email = `${randomUUID()}@example.com`;
  const waiteeId = await changeLine(db, ownerId, waitlistId, async (tx) => {
    const id = await testLine.append(tx, waitlistId, { name, partySize: 3, email });
    await testLine.setStatus(tx, waitlistId, id, 'called');
    return id;
  });
  return { waiteeId, email };
}

export async function makeDue(
  db: Knex,
  { waitlistId }: Scene,
  { waiteeId }: CalledGuest,
  kind: NotificationKind,
): Promise<string> {
  return await db.transaction((tx) => callDue(tx, { waitlistId, waiteeId, kind }));
}

/**
 * Lets time pass for every notification. Times are the database's, whose clock can't be moved: so what is kept is moved
 * into the past instead.
 */
export async function passTime(db: Knex, seconds: number): Promise<void> {
  await db.raw(
    `UPDATE notifications SET next_attempt_at = next_attempt_at - make_interval(secs => ?),
       claimed_at = claimed_at - make_interval(secs => ?)`,
    [seconds, seconds],
  );
}
