import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Mail } from './mail.ts';
import type { Mailbox } from './mailbox.ts';
import { parseMail } from './parse-mail.ts';

export const maxMailBytes = 25 * 1024 * 1024;

class Refusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** An SMTP server that takes every mail, from and to anyone, and delivers none of them. */
export function createMailReceiver(mailbox: Pick<Mailbox, 'add'>): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    // A client that is configured with a user and password is let in with any.
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    disableReverseLookup: true,
    size: maxMailBytes,
    closeTimeout: 1_000,
    onData: (stream, session, done) => {
      receive(stream, session, mailbox).then(
        (mail) => done(null, `kept as ${mail.id}`),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // A client that vanishes mid-mail is an ordinary end of its connection.
  server.on('error', () => undefined);
  return server;
}

async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  mailbox: Pick<Mailbox, 'add'>,
): Promise<Mail> {
  const raw = await readUpTo(stream, maxMailBytes);
  if (!raw) throw new Refusal(552, `mail exceeds ${maxMailBytes} bytes`);
  const { mailFrom, rcptTo } = session.envelope;
  const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
  const parsed = await parseMail(raw, envelope).catch((cause: unknown) => {
    throw new Refusal(554, `mail can't be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  return mailbox.add(parsed);
}

/** The whole stream has to be read, whatever its size, before SMTP can answer; but not to be kept. */
async function readUpTo(stream: SMTPServerDataStream, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}
