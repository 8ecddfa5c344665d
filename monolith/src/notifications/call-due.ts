import { randomUUID } from 'node:crypto';
import type { NotificationKind } from '@banyan/contracts';
import type { Knex } from 'knex';

export interface DueCall {
  readonly waitlistId: string;
  readonly waiteeId: string;
  readonly kind: NotificationKind;
}

/**
 * Makes a notification due, in the transaction of the change that causes it: both hold, or neither does. The worker
 * sends it, if the guest is then still called and has an address.
 * @returns the notification's id
 */
export async function callDue(db: Knex.Transaction, call: DueCall): Promise<string> {
  const id = randomUUID();
  await db('notifications').insert({
    id,
    waitlist_id: call.waitlistId,
    waitee_id: call.waiteeId,
    kind: call.kind,
  });
  return id;
}
