import { randomUUID } from 'node:crypto';
import type { CallOptions, Client } from '@banyan/contracts';
import { claimsOf, type Tokens } from '../identity/account-model.ts';
import { type Outcome, perhapsLost, untilAnswered } from '../lost-answers.ts';
import type { Seeded } from '../seeded.ts';
import { type AccountEntry, acknowledge, type Ledger, type SessionEntry } from './ledger.ts';

export interface Writer {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly seeded: Seeded;
  /** Told of each attempt that has to be repeated, and why. */
  readonly onRetry: (why: string) => void;
}

const weights = {
  register: 2,
  registerUnsure: 1,
  login: 4,
  refresh: 4,
  changeProfile: 8,
  changePassword: 3,
  logout: 3,
  forgot: 1,
} as const;

/** One client that writes, one thing after another, and keeps the ledger of what was acknowledged. */
export async function keepWriting(writer: Writer, stop: AbortSignal): Promise<void> {
  let account = await register(writer);
  while (!stop.aborted) {
    const step = writer.seeded.weighted(weights);
    if (step === 'register') account = await register(writer);
    else if (step === 'registerUnsure') await registerUnsure(writer);
    else if (account.sessions.every(({ ended }) => ended !== undefined)) await login(writer, account);
    else await steps[step](writer, account);
  }
}

async function register(writer: Writer): Promise<AccountEntry> {
  const email = `ledger-${randomUUID()}@example.com`;
  const password = `first-${randomUUID()}`;
  const displayName = `Grace ${writer.seeded.below(1_000)}`;
  const body = await acknowledged(writer, 'register', (options) =>
    writer.client.call('register', { body: { email, password, displayName } }, options),
  );
  const account = { id: body.user.id, email, password, displayName, phone: null, sessions: [], mails: 0 };
  addSession(account, body);
  writer.ledger.accounts.push(account);
  return account;
}

async function registerUnsure({ client, ledger, seeded }: Writer): Promise<void> {
  const unsure = { email: `ledger-${randomUUID()}@example.com`, password: `unsure-${randomUUID()}` };
  ledger.unsure.push(unsure);
  try {
    await perhapsLost(seeded, 20, (options) =>
      client.call('register', { body: { ...unsure, displayName: 'Nobody knows' } }, options),
    );
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

async function login(writer: Writer, account: AccountEntry): Promise<void> {
  const { email, password } = account;
  const body = await acknowledged(writer, 'login', (options) =>
    writer.client.call('login', { body: { email, password } }, options),
  );
  addSession(account, body);
}

async function refresh(writer: Writer, account: AccountEntry): Promise<void> {
  const session = anySession(writer, account);
  const { refreshToken } = session;
  const body = await acknowledged(writer, 'refresh', (options) =>
    writer.client.call('refresh', { body: { refreshToken } }, options),
  );
  Object.assign(session, {
    accessToken: body.accessToken,
    refreshToken: body.refreshToken,
    exchanges: session.exchanges + 1,
  });
}

async function changeProfile(writer: Writer, account: AccountEntry): Promise<void> {
  const { accessToken } = anySession(writer, account);
  const body = {
    displayName: `Grace ${writer.seeded.below(1_000_000)}`,
    phone: `+1 202 ${1_000_000 + writer.seeded.below(8_999_999)}`,
  };
  await acknowledged(writer, 'profile', (options) =>
    writer.client.call('updateMe', { body }, { ...options, accessToken }),
  );
  Object.assign(account, body);
}

async function changePassword(writer: Writer, account: AccountEntry): Promise<void> {
  const session = anySession(writer, account);
  const body = { currentPassword: account.password, newPassword: `next-${randomUUID()}` };
  await acknowledged(writer, 'password', (options) =>
    writer.client.call('changePassword', { body }, { ...options, accessToken: session.accessToken }),
  );
  account.password = body.newPassword;
  for (const other of account.sessions) if (other !== session) other.ended ??= 'password-changed';
}

async function logout(writer: Writer, account: AccountEntry): Promise<void> {
  const session = anySession(writer, account);
  const { accessToken } = session;
  await acknowledged(writer, 'logout', (options) =>
    writer.client.call('logout', {}, { ...options, accessToken }),
  );
  session.ended = 'logout';
}

async function forgot(writer: Writer, account: AccountEntry): Promise<void> {
  // No more than five mails an hour go to one address.
  if (account.mails === 5) return changeProfile(writer, account);
  await acknowledged(writer, 'forgot', (options) =>
    writer.client.call('forgot', { body: { email: account.email } }, options),
  );
  account.mails += 1;
}

const steps = { login, refresh, changeProfile, changePassword, logout, forgot };

/** Repeats a write under its key until it is acknowledged. @throws if it is refused, which none of these may be */
async function acknowledged<T extends Outcome>(
  { seeded, ledger, onRetry }: Writer,
  what: string,
  call: (options: CallOptions) => Promise<T>,
): Promise<Extract<T, { ok: true }> extends { body: infer B } ? B : never> {
  const answer = await untilAnswered({ seeded, lossShare: 0.15, onRetry }, call);
  if (!answer.ok) throw new Error(`${what} was refused: ${answer.status} ${answer.error?.code}`);
  acknowledge(ledger, what);
  return (answer as Extract<T, { ok: true }> & { body: never }).body;
}

function addSession(account: { sessions: SessionEntry[] }, tokens: Tokens): void {
  const { accessToken, refreshToken } = tokens;
  const id = claimsOf(accessToken).sid;
  account.sessions.push({ id, accessToken, refreshToken, exchanges: 0, ended: undefined });
}

function anySession({ seeded }: Writer, { sessions }: AccountEntry): SessionEntry {
  return seeded.pick(sessions.filter(({ ended }) => ended === undefined));
}
