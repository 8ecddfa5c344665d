import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';

export interface ResetMail {
  readonly to: string;
  readonly token: string;
  /** Where clients reach the whole application. */
  readonly publicUrl: string;
  readonly now: Date;
}

/**
 * Writes the mail down with the token that it carries: both hold, or neither does. Whoever sends mails is told on
 * commit, and looks for it now and then in any case.
 */
export async function addResetMail(db: Knex.Transaction, mail: ResetMail): Promise<void> {
  await db('outgoing_mails').insert({
    id: randomUUID(),
    recipient: mail.to,
    subject: 'Set a new password',
    body: textOf(mail),
    created_at: mail.now,
    next_attempt_at: mail.now,
  });
  await db.raw("SELECT pg_notify('outgoing_mails', '')");
}

/** The token is in the fragment, which browsers send to no server, so that no log has it. */
function textOf({ publicUrl, token }: ResetMail): string {
  return [
    'Hello,',
    '',
    'somebody, probably you, asked to set a new password for your waitlist account. To do so, open this link',
    'within an hour:',
    '',
    `${publicUrl}/reset#token=${token}`,
    '',
    'If it was not you, there is nothing to do: your password stays as it is.',
    '',
  ].join('\n');
}
