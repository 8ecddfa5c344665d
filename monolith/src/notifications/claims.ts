import type { NotificationKind } from '@banyan/contracts';
import type { Knex } from 'knex';
import type { Addressee } from './make-mail.ts';

/*
 * Due calls are claimed, then sent, then settled, each in a statement of its own: no transaction is open while a mail
 * server takes its time.
 *
 *     due ──claim──► sending ──settle──► sent | failed | skipped, or due again
 *                      └── never settled: claimed again after `abandonedAfterSeconds`
 *
 * Each claim is made under the row's next fence, and whatever is written later is written under that fence alone: a
 * worker that was thought dead and comes back can change nothing. All times are the database's, so that the clocks of
 * several processes need not agree.
 */

/** Far longer than a worker holds a claim while it lives: see `sendTimeoutMs`. */
export const abandonedAfterSeconds = 300;

export interface Claim {
  readonly id: string;
  readonly fence: string;
  readonly waitlistId: string;
  readonly waiteeId: string;
  readonly kind: NotificationKind;
  /** Whether another's claim on it was never settled, so that its mail may already be out. */
  readonly wasAbandoned: boolean;
}

export interface Attempt {
  /** This one counted. */
  readonly attempts: number;
  readonly addressee: Addressee;
}

export type Outcome =
  | { readonly status: 'sent' }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly lastError: string }
  | { readonly status: 'due'; readonly lastError: string; readonly delaySeconds: number };

/** Claims what is due and what was abandoned, oldest first. Several workers never get the same. */
export async function claimDue(db: Knex, limit: number): Promise<readonly Claim[]> {
  const { rows } = await db.raw<{ rows: Claim[] }>(
    `WITH claimable AS (
       SELECT id, status FROM notifications
       WHERE (status = 'due' AND next_attempt_at <= now())
          OR (status = 'sending' AND claimed_at <= now() - make_interval(secs => ?))
       ORDER BY next_attempt_at, id
       LIMIT ?
       FOR UPDATE SKIP LOCKED
     )
     UPDATE notifications n
     SET status = 'sending', fence = n.fence + 1, claimed_at = now()
     FROM claimable
     WHERE n.id = claimable.id
     RETURNING n.id, n.fence, n.waitlist_id AS "waitlistId", n.waitee_id AS "waiteeId", n.kind,
       claimable.status = 'sending' AS "wasAbandoned"`,
    [abandonedAfterSeconds, limit],
  );
  return rows;
}

/**
 * Counts an attempt, right before it is made: also one that nobody survives to settle.
 * @returns undefined if there is nobody to write to (any more), or the claim is lost
 */
export async function beginAttempt(db: Knex, { id, fence }: Claim): Promise<Attempt | undefined> {
  const { rows } = await db.raw<{ rows: (Addressee & { attempts: number })[] }>(
    `UPDATE notifications n
     SET attempts = n.attempts + 1
     FROM waitees guest, waitlists list
     WHERE n.id = ? AND n.fence = ? AND n.status = 'sending'
       AND guest.id = n.waitee_id AND guest.status = 'called' AND guest.email IS NOT NULL
       AND list.id = n.waitlist_id
     RETURNING n.attempts, guest.email, guest.name, guest.party_size AS "partySize", list.name AS "waitlistName"`,
    [id, fence],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { attempts, ...addressee } = row;
  return { attempts, addressee };
}

/** @returns whether the claim was still held; if not, nothing was written */
export async function settle(db: Knex, { id, fence }: Claim, outcome: Outcome): Promise<boolean> {
  const settled = await db('notifications')
    .where({ id, fence, status: 'sending' })
    .update({
      status: outcome.status,
      claimed_at: null,
      ...(outcome.status === 'sent' ? { sent_at: db.fn.now(), last_error: null } : {}),
      ...('lastError' in outcome ? { last_error: outcome.lastError } : {}),
      ...(outcome.status === 'due'
        ? { next_attempt_at: db.raw('now() + make_interval(secs => ?)', [outcome.delaySeconds]) }
        : {}),
    });
  return settled > 0;
}
