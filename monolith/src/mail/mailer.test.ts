import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMailer, type Mail, MailError, type Mailer } from './mailer.ts';

const mail: Mail = {
  to: 'ada@example.com',
  subject: 'Your table — now',
  text: 'Hello Ada,\n.\nyour table is ready.\n',
  messageId: '<1@waitlist.test>',
};

describe('mailer', () => {
  const started: { readonly server: Server; readonly mailer: Mailer }[] = [];
  afterEach(async () => {
    for (const { server, mailer } of started.splice(0)) {
      mailer.close();
      await closeServer(server);
    }
  });

  async function closeServer(server: Server): Promise<void> {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }

  /** As much of RFC 5321 as a sender needs, on a real socket. `answers`: what a command is answered with, if not yes. */
  async function startMailer(answers: Readonly<Record<string, string>> = {}) {
    const received: string[][] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write('220 test\r\n');
      let message: string[] | undefined;
      createInterface(socket).on('line', (line) => {
        const command = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
        if (message !== undefined && line !== '.') {
          message.push(line);
          return;
        }
        if (message !== undefined) {
          received.push(message);
          message = undefined;
          socket.write(`${answers.END ?? '250 taken'}\r\n`);
          return;
        }
        const answer = answers[command] ?? { DATA: '354 go on', QUIT: '221 bye' }[command] ?? '250 yes';
        if (answer.startsWith('354')) message = [];
        socket.write(`${answer}\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      mailFrom: 'Waitlist <no-reply@waitlist.test>',
    });
    started.push({ server, mailer });
    return { server, mailer, received };
  }

  async function faultOf(answers: Readonly<Record<string, string>>): Promise<unknown> {
    const { mailer } = await startMailer(answers);
    return mailer.send(mail).catch((fault: unknown) => fault);
  }

  it('hands a mail over with the id that it was given', async () => {
    const { mailer, received } = await startMailer();
    await mailer.send(mail);
    const message = received[0]?.join('\n') ?? '';
    expect(message).toContain('Message-ID: <1@waitlist.test>');
    expect(message).toContain('To: ada@example.com');
    expect(message).toContain('From: Waitlist <no-reply@waitlist.test>');
    expect(message).toContain('Auto-Submitted: auto-generated');
    expect(message).toContain('your table is ready.');
  });

  it('lets no text become another header or another recipient', async () => {
    const { mailer, received } = await startMailer();
    await mailer.send({ ...mail, subject: 'Hi\r\nBcc: eve@example.com\r\n\r\nbody' });
    const headers = received[0]?.slice(0, received[0].indexOf('')) ?? [];
    expect(headers.filter((line) => /^bcc:/i.test(line))).toEqual([]);
  });

  it('says that a refused mail is refused for good', async () => {
    const fault = await faultOf({ RCPT: '550 nobody here' });
    expect(fault).toBeInstanceOf(MailError);
    expect(fault).toMatchObject({ permanent: true, message: 'The mail server answered 550.' });
    expect(await faultOf({ END: '554 no spam' })).toMatchObject({ permanent: true });
  });

  it('says that a mail may be tried again when the server can not take it now', async () => {
    expect(await faultOf({ RCPT: '451 later' })).toMatchObject({ permanent: false });
    expect(await faultOf({ MAIL: '530 log in first' })).toMatchObject({ permanent: false });
  });

  it('says so too when no server is there', async () => {
    const { server, mailer } = await startMailer();
    await closeServer(server);
    await expect(mailer.send(mail)).rejects.toMatchObject({
      permanent: false,
      message: 'The mail server could not be reached.',
    });
  });
});
