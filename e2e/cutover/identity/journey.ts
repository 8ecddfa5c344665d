import { randomUUID } from 'node:crypto';
import type { CallOptions, Client } from '@banyan/contracts';
import type { Mail } from '@banyan/local';
import { type Outcome, untilAnswered } from '../lost-answers.ts';
import type { Seeded } from '../seeded.ts';
import { type AccountModel, openSession, type SessionModel, signerOf, type Tokens } from './account-model.ts';
import type { Findings } from './findings.ts';

export interface Journey {
  readonly name: string;
  readonly seeded: Seeded;
  readonly findings: Findings;
  readonly graceMs: number;
  /** The way that clients come. */
  readonly gateway: Client;
  /** Both sides without the gateway: what one of them says must hold at the other. */
  readonly sides: readonly Client[];
  readonly mailsTo: (address: string) => Promise<readonly Mail[]>;
  account: AccountModel;
}

/** Mostly as clients come, and now and then straight to either side. */
export function anyClient({ seeded, gateway, sides }: Journey): Client {
  return sides.length > 0 && seeded.chance(0.2) ? seeded.pick(sides) : gateway;
}

/** A write under a key, now and then with a lost answer. Here nothing fails, so that nothing but a loss needs a retry. */
export function keyed<T extends Outcome>(
  { seeded, findings }: Journey,
  lossShare: number,
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  return untilAnswered(
    {
      seeded,
      lossShare,
      onRetry: (why) => {
        if (/^5/.test(why)) findings.report('unexpected', `a write answered ${why}`);
        else findings.count(`writes repeated (${why})`);
      },
    },
    call,
  );
}

export function live(journey: Journey): SessionModel[] {
  return journey.account.sessions.filter(({ ended }) => !ended);
}

export function ended(journey: Journey): SessionModel[] {
  return journey.account.sessions.filter((session) => session.ended);
}

export function countSigner({ findings }: Journey, { accessToken }: Tokens): void {
  findings.count(`signed by ${signerOf(accessToken)}`);
}

export async function registerAccount(journey: Omit<Journey, 'account'>): Promise<AccountModel> {
  const email = `identity-${randomUUID()}@example.com`;
  const password = `first-${randomUUID()}`;
  const displayName = `Ada ${journey.seeded.below(1_000)}`;
  const result = await journey.gateway.call('register', { body: { email, password, displayName } });
  if (!result.ok) throw new Error(`${journey.name}: register answered ${result.status} ${result.error.code}`);
  const { user } = result.body;
  const account = { userId: user.id, email, password, displayName, phone: null, sessions: [], resets: 0 };
  openSession(account, result.body);
  countSigner({ ...journey, account }, result.body);
  return account;
}
