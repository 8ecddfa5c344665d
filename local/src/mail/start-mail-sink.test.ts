import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { mailSchema } from './mail.ts';
import { type MailSink, startMailSink } from './start-mail-sink.ts';

let folder: string;
let sink: MailSink;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-mail-'));
  sink = await start();
});

afterEach(async () => {
  await sink.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(limit = 500): Promise<MailSink> {
  return startMailSink({ folder, smtpPort: 0, webPort: 0, limit });
}

async function send(mail: SendMailOptions, url = sink.smtpUrl): Promise<void> {
  const transport = nodemailer.createTransport(url);
  await transport.sendMail({ from: 'Luigi <luigi@example.test>', to: 'ann@example.test', ...mail });
  transport.close();
}

async function listMails(query = '') {
  const response = await fetch(`${sink.webUrl}/api/mails${query}`);
  return z.array(mailSchema).parse(await response.json());
}

describe('mail sink', () => {
  it('shows what was sent, text and html, to whom, newest first', async () => {
    await send({ subject: 'First', text: 'one' });
    await send({
      subject: 'Ihr Tisch ist frei ✓',
      text: 'come in',
      html: '<p>come <b>in</b></p>',
      to: 'ann@example.test, Bob <bob@example.test>',
      bcc: 'hidden@example.test',
      messageId: '<call-1@example.test>',
      attachments: [{ filename: 'menu.txt', content: 'soup' }],
    });
    const [newest, first] = await listMails();
    expect(newest).toMatchObject({
      subject: 'Ihr Tisch ist frei ✓',
      from: 'Luigi <luigi@example.test>',
      to: ['ann@example.test', 'bob@example.test', 'hidden@example.test'],
      html: expect.stringContaining('<b>in</b>'),
      text: expect.stringContaining('come in'),
      messageId: '<call-1@example.test>',
      attachments: [{ name: 'menu.txt', type: 'text/plain', bytes: 4 }],
    });
    expect(first?.subject).toBe('First');
    const one = await fetch(`${sink.webUrl}/api/mails/${newest?.id}`);
    expect(await one.json()).toEqual(newest);
    expect((await listMails('?to=BOB@example.test')).length).toBe(1);
  });

  it('takes a client that insists on logging in', async () => {
    await send({ subject: 'Hello' }, sink.smtpUrl.replace('//', '//any:thing@'));
    expect((await listMails())[0]?.subject).toBe('Hello');
  });

  it('keeps its mails over a restart, and passes over a file that is broken', async () => {
    await send({ subject: 'Kept' });
    await sink.stop();
    await writeFile(join(folder, '0000000000000-broken.json'), '{"id":');
    sink = await start();
    await send({ subject: 'After' });
    expect((await listMails()).map(({ subject }) => subject)).toEqual(['After', 'Kept']);
  });

  it('keeps no more than its limit, in memory and on disk', async () => {
    await sink.stop();
    sink = await start(2);
    for (const subject of ['a', 'b', 'c']) await send({ subject });
    expect((await listMails()).map(({ subject }) => subject)).toEqual(['c', 'b']);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('forgets all of them when asked', async () => {
    await send({ subject: 'Gone' });
    expect((await fetch(`${sink.webUrl}/api/mails`, { method: 'DELETE' })).status).toBe(204);
    expect(await listMails()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells a page that follows it of each change', async () => {
    const response = await fetch(`${sink.webUrl}/api/events`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await send({ subject: 'News' });
    let seen = '';
    while (!seen.includes('event: change')) seen += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(seen).toContain('retry: 1000');
  });

  it('refuses a mail that is too large, and lives on', async () => {
    const tooLarge = send({ text: 'x'.repeat(26 * 1024 * 1024) });
    await expect(tooLarge).rejects.toThrow(/552/);
    await send({ subject: 'Still here' });
    expect((await listMails()).map(({ subject }) => subject)).toEqual(['Still here']);
  });

  it('keeps nothing of a mail whose sender went away half way', async () => {
    const { port, hostname } = new URL(sink.smtpUrl);
    const socket = connect(Number(port), hostname);
    const lines = [
      'EHLO x',
      'MAIL FROM:<a@example.test>',
      'RCPT TO:<b@example.test>',
      'DATA',
      'Subject: half',
    ];
    for await (const _answer of socket) {
      const line = lines.shift();
      if (line?.startsWith('Subject')) break;
      socket.write(`${line}\r\n`);
    }
    socket.destroy();
    await send({ subject: 'Whole' });
    expect((await listMails()).map(({ subject }) => subject)).toEqual(['Whole']);
  });

  it('serves a page that lets nothing in a mail run', async () => {
    const response = await fetch(sink.webUrl);
    expect(await response.text()).toContain('<iframe id="html"');
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'",
    );
  });

  it('answers no page that reaches it under a foreign name', async () => {
    const { port, hostname } = new URL(sink.webUrl);
    const socket = connect(Number(port), hostname);
    socket.write('GET /api/mails HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1.1 421 /);
  });
});
