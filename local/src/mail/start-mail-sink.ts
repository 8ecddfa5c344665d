import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createMailWeb } from './mail-web.ts';
import { openMailbox } from './mailbox.ts';
import { createMailReceiver } from './receive-mail.ts';

export interface MailSinkOptions {
  readonly folder: string;
  /** 0 for any free port. */
  readonly smtpPort: number;
  readonly webPort: number;
  /** How many mails are kept; the oldest goes first. */
  readonly limit?: number;
}

export interface MailSink {
  readonly smtpUrl: string;
  readonly webUrl: string;
  readonly stop: () => Promise<void>;
}

const loopback = '127.0.0.1';

/** Takes all mail that is sent to it over SMTP, and shows it on a web page. Both on loopback only. */
export async function startMailSink(options: MailSinkOptions): Promise<MailSink> {
  const mailbox = await openMailbox(options.folder, options.limit ?? 500);
  const receiver = createMailReceiver(mailbox);
  const web = createServer(createMailWeb(mailbox));

  const stop = async () => {
    await Promise.all([new Promise<void>((resolve) => receiver.close(() => resolve())), closeServer(web)]);
  };

  try {
    const smtpPort = await listen(receiver.server, options.smtpPort);
    const webPort = await listen(web, options.webPort);
    return { smtpUrl: `smtp://${loopback}:${smtpPort}`, webUrl: `http://${loopback}:${webPort}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listen(server: NetServer, port: number): Promise<number> {
  server.listen(port, loopback);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // Pages that follow the list hold their connection open for good.
  server.closeAllConnections();
  await closed;
}
