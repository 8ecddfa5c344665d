import { setTimeout as after } from 'node:timers/promises';
import type { Log } from '@banyan/serving';
import type { Knex } from 'knex';
import { MailError, type Mailer } from '../mail/mailer.ts';
import { beginAttempt, type Claim, claimDue, type Outcome, settle } from './claims.ts';
import { type Addressee, makeMail } from './make-mail.ts';
import { maxAttempts, retryDelaySeconds } from './retry.ts';
import { readTemplates } from './template-rows.ts';

export interface SendDueDeps {
  readonly db: Knex;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly guestTokenOf: (waiteeId: string) => string;
  readonly publicUrl: string;
  readonly log: Log;
}

/** As many as are sent at once, so that each claimed is begun at once, and a stop has few to wait for. */
const batchSize = 4;

/** A bound of our own, beside those of the mailer on each step: a claim must never outlive its worker's interest. */
const sendTimeoutMs = 60_000;

/**
 * Sends everything that is due, batch by batch, until nothing is left or `isStopping`. Never rejects for a mail: one that
 * could not be sent is due again later.
 * @returns how many were claimed
 * @throws if the database can't be reached; what was claimed then is taken up again as abandoned
 */
export async function sendDue(deps: SendDueDeps, isStopping: () => boolean): Promise<number> {
  let claimed = 0;
  while (!isStopping()) {
    const claims = await claimDue(deps.db, batchSize);
    if (claims.length === 0) break;
    claimed += claims.length;
    const settled = await Promise.allSettled(claims.map((claim) => sendClaim(deps, claim)));
    const fault = settled.find((result) => result.status === 'rejected');
    if (fault !== undefined) throw fault.reason;
  }
  return claimed;
}

async function sendClaim(deps: SendDueDeps, claim: Claim): Promise<void> {
  const { db, log } = deps;
  const notificationId = claim.id;
  if (claim.wasAbandoned) {
    log.warn({ notificationId }, 'a claim was never settled: its mail may go out twice, with one Message-ID');
  }
  const attempt = await beginAttempt(db, claim);
  const outcome: Outcome =
    attempt === undefined
      ? { status: 'skipped' }
      : await send(deps, claim, attempt.addressee, attempt.attempts);
  if (await settle(db, claim, outcome)) log.info({ notificationId, status: outcome.status }, 'notification');
  else log.warn({ notificationId }, 'a claim was lost: another worker has it, or its guest was deleted');
}

async function send(
  { db, mailer, guestTokenOf, publicUrl, log }: SendDueDeps,
  { id, waitlistId, waiteeId, kind }: Claim,
  addressee: Addressee,
  attempts: number,
): Promise<Outcome> {
  try {
    const template = (await readTemplates(db, waitlistId))[kind];
    const guestToken = guestTokenOf(waiteeId);
    const mail = makeMail({ notificationId: id, template, addressee, publicUrl, guestToken });
    await withinTime(mailer.send(mail));
    return { status: 'sent' };
  } catch (error) {
    const known = error instanceof MailError;
    log.warn({ notificationId: id, attempts, err: error }, 'a notification could not be sent');
    const lastError = known ? error.message : 'The mail could not be sent.';
    if ((known && error.permanent) || attempts >= maxAttempts) return { status: 'failed', lastError };
    return { status: 'due', lastError, delaySeconds: retryDelaySeconds(attempts) };
  }
}

async function withinTime(sending: Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = after(sendTimeoutMs, undefined, { signal: done.signal }).then(() => {
    throw new MailError('The mail server took too long.', false);
  });
  try {
    await Promise.race([sending, late]);
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}
