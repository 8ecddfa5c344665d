import { createTransport } from 'nodemailer';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for each attempt at one mail, so that whoever gets it twice can tell: `<id@host>`. */
  readonly messageId: string;
}

export interface Mailer {
  /** Resolves once the mail server has taken the mail. @throws MailError */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** `permanent`: the server refused this mail (RFC 5321 §4.2.1, 5yz), so that sending it again would change nothing. */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, { cause });
    this.permanent = permanent;
  }
}

export interface MailerOptions {
  readonly smtpUrl: string;
  readonly mailFrom: string;
}

export function createMailer({ smtpUrl, mailFrom }: MailerOptions): Mailer {
  const url = new URL(smtpUrl);
  const transport = createTransport({
    pool: true,
    maxConnections: 2,
    host: url.hostname,
    port: Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587),
    secure: url.protocol === 'smtps:',
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 15_000,
    // Texts are ours and people's: neither may make this process read a file or fetch a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, messageId }) {
      try {
        await transport.sendMail({
          from: mailFrom,
          // As a value, not a line to be parsed: an address can't name a second recipient.
          to: { name: '', address: to },
          subject,
          text,
          messageId,
          // RFC 3834: keeps holiday notices from answering.
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (cause) {
        throw toMailError(cause);
      }
    },
    close: () => transport.close(),
  };
}

function toMailError(cause: unknown): MailError {
  const code = cause instanceof Error && 'responseCode' in cause ? Number(cause.responseCode) : Number.NaN;
  // 530 to 538 are about logging in (RFC 4954 §6): our fault, not the mail's, and mended by whoever runs this.
  const permanent = code >= 500 && code < 600 && !(code >= 530 && code <= 538);
  const message = Number.isNaN(code)
    ? 'The mail server could not be reached.'
    : `The mail server answered ${code}.`;
  return new MailError(message, permanent, cause);
}
