import type { Knex } from 'knex';

/**
 * One table of due calls. A worker claims a row under a new fence, and only the holder of the newest fence may settle
 * it; a claim that was never settled is taken up again.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE notification_templates (
      waitlist_id uuid PRIMARY KEY REFERENCES waitlists (id) ON DELETE CASCADE,
      called_subject text NOT NULL,
      called_text text NOT NULL,
      reminder_subject text NOT NULL,
      reminder_text text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE notifications (
      id uuid PRIMARY KEY,
      waitlist_id uuid NOT NULL REFERENCES waitlists (id) ON DELETE CASCADE,
      waitee_id uuid NOT NULL REFERENCES waitees (id) ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('called', 'reminder')),
      channel text NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail')),
      status text NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'sending', 'sent', 'failed', 'skipped')),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      fence bigint NOT NULL DEFAULT 0,
      claimed_at timestamptz,
      last_error text,
      created_at timestamptz NOT NULL DEFAULT now(),
      sent_at timestamptz
    );
    CREATE INDEX notifications_due ON notifications (next_attempt_at) WHERE status IN ('due', 'sending');
    CREATE INDEX notifications_waitlist ON notifications (waitlist_id, created_at DESC, id DESC);
    -- A guest is called once, so that one call has one notification.
    CREATE UNIQUE INDEX notifications_one_call ON notifications (waitee_id) WHERE kind = 'called';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE notifications, notification_templates');
}
