import { openSession, type SessionModel } from './account-model.ts';
import { exchangeEnded } from './exchange-steps.ts';
import { anyClient, countSigner, ended, type Journey, keyed, live } from './journey.ts';

/** An access token of a session that is on works, wherever it was signed and wherever it is shown. */
export async function readMe(journey: Journey): Promise<void> {
  const { account, findings, seeded } = journey;
  const accessToken = seeded.pick(seeded.pick(live(journey)).accessTokens);
  const me = await anyClient(journey).call('getMe', {}, { accessToken });
  if (!me.ok) return refuseAccess(journey, 'getMe', me.status);
  const { id, displayName, phone } = me.body;
  if (id !== account.userId || displayName !== account.displayName || phone !== account.phone)
    findings.report('unexpected', `getMe shows ${JSON.stringify(me.body)}, not ${JSON.stringify(account)}`);
}

/** What stays with the monolith takes both sides' tokens too. */
export async function readElsewhere(journey: Journey): Promise<void> {
  const { seeded } = journey;
  const accessToken = seeded.pick(seeded.pick(live(journey)).accessTokens);
  const lists = await journey.gateway.call('listWaitlists', {}, { accessToken });
  if (!lists.ok) refuseAccess(journey, 'listWaitlists', lists.status);
}

/** Nothing of a session works once it has ended. */
export async function tryEnded(journey: Journey): Promise<void> {
  const { seeded } = journey;
  const over = ended(journey);
  if (over.length === 0) return readMe(journey);
  const session = seeded.pick(over);
  if (seeded.chance(0.4)) await exchangeEnded(journey, session);
  else await expectRefused(journey, session);
}

export async function login(journey: Journey): Promise<void> {
  const { account } = journey;
  const { email, password } = account;
  const answer = await keyed(journey, 0.2, (options) =>
    anyClient(journey).call('login', { body: { email, password } }, options),
  );
  if (!answer.ok) return refuseLogin(journey, answer.status);
  openSession(account, answer.body);
  countSigner(journey, answer.body);
}

export async function loginWrongly(journey: Journey): Promise<void> {
  const body = { email: journey.account.email, password: 'not the password' };
  const answer = await anyClient(journey).call('login', { body });
  if (answer.status !== 401)
    journey.findings.report('unexpected', `a wrong password answered ${answer.status}`);
}

/** Its tokens are refused from the answer on, by every way and on both sides. */
export async function logout(journey: Journey): Promise<void> {
  const { seeded, findings } = journey;
  const session = seeded.pick(live(journey));
  const accessToken = seeded.pick(session.accessTokens);
  const answer = await keyed(journey, 0.4, (options) =>
    anyClient(journey).call('logout', {}, { ...options, accessToken }),
  );
  if (!answer.ok) return refuseAccess(journey, 'logout', answer.status);
  session.ended = true;
  findings.count('logouts');
  await expectRefused(journey, session);
  if (seeded.chance(0.5)) await exchangeEnded(journey, session);
}

export async function changeProfile(journey: Journey): Promise<void> {
  const { account, seeded } = journey;
  const accessToken = seeded.pick(seeded.pick(live(journey)).accessTokens);
  const change = seeded.chance(0.5)
    ? { displayName: `Ada ${seeded.below(100_000)}` }
    : { phone: seeded.chance(0.2) ? null : `+44 20 ${1_000_000 + seeded.below(8_999_999)}` };
  const answer = await keyed(journey, 0.2, (options) =>
    anyClient(journey).call('updateMe', { body: change }, { ...options, accessToken }),
  );
  if (!answer.ok) return refuseAccess(journey, 'updateMe', answer.status);
  Object.assign(account, change);
}

async function expectRefused(journey: Journey, session: SessionModel): Promise<void> {
  const { seeded, findings } = journey;
  const accessToken = seeded.pick(session.accessTokens);
  for (const client of seeded.chance(0.3) ? [journey.gateway, ...journey.sides] : [anyClient(journey)]) {
    const me = await client.call('getMe', {}, { accessToken });
    if (me.ok) findings.report('outlived', 'an access token works though its session has ended');
    else if (me.status !== 401)
      findings.report('unexpected', `a token of an ended session answered ${me.status}`);
  }
}

function refuseAccess({ findings }: Journey, what: string, status: number): void {
  findings.report(
    status === 401 ? 'forced logout' : 'unexpected',
    `${what} answered ${status} to a good token`,
  );
}

function refuseLogin({ findings }: Journey, status: number): void {
  findings.report(
    status === 401 ? 'wrong 401' : 'unexpected',
    `login answered ${status} to the right password`,
  );
}
