import { randomUUID } from 'node:crypto';
import type { Clock, Log } from '@banyan/serving';
import type { Knex } from 'knex';
import { maxAttempts, nextAttemptAt } from './back-off.ts';
import { MailError, type Mailer } from './mailer.ts';

export interface Outbox {
  /** Writes a mail with the change that asks for it: both hold, or neither does. */
  add(db: Knex.Transaction, mail: OutgoingMail): Promise<void>;
  /** Sends what is due soon rather than at the next tick. */
  poke(): void;
  start(): void;
  /** Resolves once the mail under way, if any, is settled. */
  stop(): Promise<void>;
}

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface OutboxDeps {
  readonly db: Knex;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Log;
  /** The right side of every `Message-ID`. */
  readonly mailHost: string;
  readonly tickMs?: number;
}

interface Claimed {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
}

/** Longer than sending can take. A claim that was not settled by then was lost with its process, and is made again. */
const claimForMs = 120_000;

/**
 * Sends `outgoing_mails`, each at least once: a process that dies between the server's yes and its own note of it
 * sends that mail again, under the same `Message-ID`.
 */
export function createOutbox({ db, mailer, clock, log, mailHost, tickMs = 10_000 }: OutboxDeps): Outbox {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;

  function poke(): void {
    wanted = true;
    running ??= run().finally(() => {
      running = undefined;
      if (wanted && !stopped) poke();
    });
  }

  async function run(): Promise<void> {
    wanted = false;
    try {
      let mail = await claim();
      while (mail !== undefined) {
        await deliver(mail);
        mail = stopped ? undefined : await claim();
      }
    } catch (err) {
      log.error({ err }, 'the outbox could not be worked on');
    }
  }

  /** The count of attempts is the claim's fence: only the newest claim is settled. */
  async function claim(): Promise<Claimed | undefined> {
    const now = clock.now();
    const next = db('outgoing_mails')
      .whereNull('sent_at')
      .whereNull('given_up_at')
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .select('id');
    const [claimed]: Claimed[] = await db('outgoing_mails')
      .where('id', '=', next)
      .update({
        attempts: db.raw('attempts + 1'),
        next_attempt_at: new Date(now.getTime() + claimForMs),
      })
      .returning(['id', 'recipient', 'subject', 'body', 'attempts']);
    return claimed;
  }

  async function deliver({ id, recipient, subject, body, attempts }: Claimed): Promise<void> {
    const messageId = `<${id}@${mailHost}>`;
    const settle = (outcome: object) => db('outgoing_mails').where({ id, attempts }).update(outcome);
    try {
      await mailer.send({ to: recipient, subject, text: body, messageId });
    } catch (fault) {
      const permanent = fault instanceof MailError && fault.permanent;
      const now = clock.now();
      const last_error = fault instanceof MailError ? fault.message : 'The mail could not be sent.';
      log.warn({ mailId: id, attempts, permanent, err: fault }, 'a mail was not sent');
      await settle(
        permanent || attempts >= maxAttempts
          ? { last_error, given_up_at: now, body: '' }
          : { last_error, next_attempt_at: nextAttemptAt(attempts, now) },
      );
      return;
    }
    // It may have held a token, which is then in the recipient's mailbox alone.
    await settle({ sent_at: clock.now(), last_error: null, body: '' });
  }

  return {
    poke,
    async add(tx, { to, subject, text }) {
      const now = clock.now();
      await tx('outgoing_mails').insert({
        id: randomUUID(),
        recipient: to,
        subject,
        body: text,
        created_at: now,
        next_attempt_at: now,
      });
    },
    start() {
      timer = setInterval(poke, tickMs);
      poke();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
