import { defaultTemplates, type NotificationTemplates } from '@banyan/contracts';
import type { Knex } from 'knex';

interface TemplateRow {
  readonly called_subject: string;
  readonly called_text: string;
  readonly reminder_subject: string;
  readonly reminder_text: string;
}

/** Those that were saved for the waitlist, or else the contract's. */
export async function readTemplates(db: Knex, waitlistId: string): Promise<NotificationTemplates> {
  const row = await db('notification_templates')
    .where({ waitlist_id: waitlistId })
    .first<TemplateRow | undefined>('called_subject', 'called_text', 'reminder_subject', 'reminder_text');
  if (row === undefined) return defaultTemplates;
  return {
    called: { subject: row.called_subject, text: row.called_text },
    reminder: { subject: row.reminder_subject, text: row.reminder_text },
  };
}

export async function saveTemplates(
  db: Knex.Transaction,
  waitlistId: string,
  { called, reminder }: NotificationTemplates,
): Promise<void> {
  await db('notification_templates')
    .insert({
      waitlist_id: waitlistId,
      called_subject: called.subject,
      called_text: called.text,
      reminder_subject: reminder.subject,
      reminder_text: reminder.text,
      updated_at: db.fn.now(),
    })
    .onConflict('waitlist_id')
    .merge();
}

export async function ownsWaitlist(db: Knex, ownerId: string, id: string): Promise<boolean> {
  return (await db('waitlists').where({ id, owner_id: ownerId }).first('id')) !== undefined;
}
