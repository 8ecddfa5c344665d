import type { Mail, MailError, Mailer } from '../mail/mailer.ts';

export interface CapturedMail extends Mailer {
  /** Every mail that was taken, oldest first. */
  readonly sent: readonly Mail[];
  /** What the next sendings fail with, one each. */
  failNext(...faults: readonly MailError[]): void;
}

export function captureMail(): CapturedMail {
  const sent: Mail[] = [];
  const faults: MailError[] = [];
  return {
    sent,
    failNext(...next) {
      faults.push(...next);
    },
    async send(mail) {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      sent.push(mail);
    },
    close() {},
  };
}
