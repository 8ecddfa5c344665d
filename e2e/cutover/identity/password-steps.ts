import { randomUUID } from 'node:crypto';
import { waitUntil } from '../../stack/wait-until.ts';
import { endOthers } from './account-model.ts';
import { anyClient, type Journey, keyed, live } from './journey.ts';
import { login } from './session-steps.ts';

/** Ends the other sessions, on both sides at once, and keeps the one that asked. */
export async function changePassword(journey: Journey): Promise<void> {
  const { account, seeded, findings } = journey;
  const session = seeded.pick(live(journey));
  const accessToken = seeded.pick(session.accessTokens);
  const body = { currentPassword: account.password, newPassword: `next-${randomUUID()}` };
  const answer = await keyed(journey, 0.2, (options) =>
    anyClient(journey).call('changePassword', { body }, { ...options, accessToken }),
  );
  if (!answer.ok) {
    const kind = answer.status === 401 ? 'forced logout' : 'unexpected';
    return findings.report(kind, `changePassword answered ${answer.status} ${answer.error.code}`);
  }
  account.password = body.newPassword;
  endOthers(account, session);
}

export async function changePasswordWrongly(journey: Journey): Promise<void> {
  const { seeded, findings } = journey;
  const accessToken = seeded.pick(seeded.pick(live(journey)).accessTokens);
  const body = { currentPassword: 'not the password', newPassword: 'a new password' };
  const answer = await anyClient(journey).call('changePassword', { body }, { accessToken });
  if (answer.ok || answer.error.code !== 'wrong_password')
    findings.report('unexpected', `a wrong current password answered ${answer.status}`);
}

/** By the mail's link, once; ends every session. */
export async function reset(journey: Journey): Promise<void> {
  const { account, findings } = journey;
  // No more than five mails an hour go to one address.
  if (account.resets >= 5) return login(journey);
  const { email } = account;
  const known = (await tokensMailed(journey)).length;
  const asked = await keyed(journey, 0.3, (options) =>
    anyClient(journey).call('forgot', { body: { email } }, options),
  );
  if (!asked.ok) return findings.report('unexpected', `forgot answered ${asked.status}`);
  account.resets += 1;
  await waitUntil(
    'the mail with the link came',
    async () => (await tokensMailed(journey)).length > known,
    30_000,
  );
  const tokens = await tokensMailed(journey);
  if (tokens.length > known + 1)
    findings.report('unexpected', `one request sent ${tokens.length - known} mails`);
  const token = tokens.at(-1) ?? '';
  const password = `reset-${randomUUID()}`;
  const answer = await keyed(journey, 0.3, (options) =>
    anyClient(journey).call('reset', { body: { token, password } }, options),
  );
  if (!answer.ok)
    return findings.report('unexpected', `reset answered ${answer.status} ${answer.error.code}`);
  account.password = password;
  endOthers(account);
  findings.count('resets by mail');
  const again = await anyClient(journey).call('reset', { body: { token, password: 'used up already' } });
  if (again.ok || again.error.code !== 'invalid_reset_token')
    findings.report('outlived', `a reset token that was used answered ${again.status}`);
  await login(journey);
}

/** In the order in which the mails came. */
async function tokensMailed({ mailsTo, account }: Journey): Promise<string[]> {
  const mails = await mailsTo(account.email);
  return mails
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .flatMap(({ text }) => /token=([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? []);
}
