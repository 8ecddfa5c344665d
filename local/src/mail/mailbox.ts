import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mail, mailSchema } from './mail.ts';

export interface Mailbox {
  /** Resolves once the mail is on disk, which is when SMTP may acknowledge it. */
  readonly add: (mail: Omit<Mail, 'id' | 'date'>) => Promise<Mail>;
  /** Newest first. */
  readonly list: () => readonly Mail[];
  readonly clear: () => Promise<void>;
  /** Calls back after each change, until the returned function is called. */
  readonly onChange: (listener: () => void) => () => void;
}

/**
 * Keeps the newest `limit` mails as files of a folder, which a later run finds again.
 * A file that can't be read is passed over: it holds up no other mail.
 */
export async function openMailbox(folder: string, limit: number): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const changes = new EventEmitter().setMaxListeners(0);
  let mails = await readAll(folder);
  let lastId = mails[0]?.id ?? '';

  async function add(parsed: Omit<Mail, 'id' | 'date'>): Promise<Mail> {
    lastId = nextId(lastId);
    const mail: Mail = { id: lastId, date: new Date().toISOString(), ...parsed };
    await writeWhole(fileOf(folder, mail.id), JSON.stringify(mail));
    mails = [mail, ...mails].sort((a, b) => (a.id < b.id ? 1 : -1));
    const surplus = mails.slice(limit);
    mails = mails.slice(0, limit);
    await removeFiles(folder, surplus);
    changes.emit('change');
    return mail;
  }

  async function clear(): Promise<void> {
    const removed = mails;
    mails = [];
    await removeFiles(folder, removed);
    changes.emit('change');
  }

  function onChange(listener: () => void): () => void {
    changes.on('change', listener);
    return () => changes.off('change', listener);
  }

  return { add, list: () => mails, clear, onChange };
}

/** Time first, so that ids sort by arrival; never before the one given last, whatever the clock does. */
function nextId(last: string): string {
  const now = Math.max(Date.now(), Number.parseInt(last.slice(0, 13), 10) + 1 || 0);
  return `${String(now).padStart(13, '0')}-${randomBytes(4).toString('hex')}`;
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.json`);
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text, { mode: 0o600 });
  await rename(`${file}.part`, file);
}

async function removeFiles(folder: string, mails: readonly Mail[]): Promise<void> {
  await Promise.all(mails.map((mail) => rm(fileOf(folder, mail.id), { force: true })));
}

async function readAll(folder: string): Promise<Mail[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const mails = await Promise.all(names.map((name) => readOne(join(folder, name))));
  return mails.filter((mail) => mail !== undefined).sort((a, b) => (a.id < b.id ? 1 : -1));
}

async function readOne(file: string): Promise<Mail | undefined> {
  try {
    return mailSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
