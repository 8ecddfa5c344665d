import type { Knex } from 'knex';

const keptForMs = 7 * 24 * 60 * 60 * 1_000;

/** Forgets mails that were sent or given up a week ago: by then nobody asks what became of them. */
export async function sweepOutgoingMails(db: Knex, now: Date): Promise<void> {
  const weekAgo = new Date(now.getTime() - keptForMs);
  await db('outgoing_mails')
    .where((done) => done.where('sent_at', '<', weekAgo).orWhere('given_up_at', '<', weekAgo))
    .delete();
}
