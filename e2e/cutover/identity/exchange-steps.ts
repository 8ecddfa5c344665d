import type { CallOptions } from '@banyan/contracts';
import { perhapsLost } from '../lost-answers.ts';
import { addTokens, expectExchange, noteExchange, type SessionModel, type Tokens } from './account-model.ts';
import { anyClient, countSigner, type Journey, keyed, live } from './journey.ts';

/** The ordinary way: the newest token, once. */
export async function refresh(journey: Journey): Promise<void> {
  const session = journey.seeded.pick(live(journey));
  await exchange(journey, session, newestOf(session));
}

/** Two tabs of one browser ask at the same moment: both must go on. */
export async function refreshTwiceAtOnce(journey: Journey): Promise<void> {
  const session = journey.seeded.pick(live(journey));
  const token = newestOf(session);
  const from = Date.now();
  const answers = await Promise.all([ask(journey, token), ask(journey, token)]);
  const asked = { from, until: Date.now() };
  noteExchange(session, token, asked);
  // Where one of them took longer than the grace, it may have come too late for it.
  const expected = expectExchange(session, token, asked, journey.graceMs);
  for (const answer of answers) {
    if (answer.ok) receive(journey, session, answer.body);
    else if (expected === 'works')
      refuse(
        journey,
        `one of two refreshes at once answered ${answer.status} after ${asked.until - from} ms`,
      );
    else session.ended = true;
  }
}

/** The answer is lost, and the client asks again with the token that it has: within the grace that must work. */
export async function refreshLost(journey: Journey): Promise<void> {
  const { seeded } = journey;
  const session = seeded.pick(live(journey));
  const token = newestOf(session);
  const from = Date.now();
  const answer = await perhapsLost(seeded, 15, (options) => ask(journey, token, options));
  if (answer !== undefined && !answer.ok) refuse(journey, `a refresh answered ${answer.status}`);
  noteExchange(session, token, { from, until: Date.now() });
  if (answer?.ok) receive(journey, session, answer.body);
  else journey.findings.count('refreshes whose answer was lost');
  await exchange(journey, session, token);
}

/** With a key the same exchange is done once, and whoever repeats it gets the very same tokens, on either side. */
export async function refreshKeyed(journey: Journey): Promise<void> {
  const { seeded, findings } = journey;
  const session = seeded.pick(live(journey));
  const token = newestOf(session);
  const from = Date.now();
  let options: CallOptions = {};
  const first = await keyed(journey, 0.5, (given) => {
    options = { idempotencyKey: given.idempotencyKey ?? '' };
    return ask(journey, token, given);
  });
  noteExchange(session, token, { from, until: Date.now() });
  if (!first.ok) return refuse(journey, `a refresh with a key answered ${first.status}`);
  receive(journey, session, first.body);
  const again = await ask(journey, token, options);
  if (!again.ok) refuse(journey, `a refresh that was repeated with its key answered ${again.status}`);
  else if (again.body.refreshToken !== first.body.refreshToken)
    findings.report('unexpected', 'a refresh that was repeated with its key was done twice');
}

/** A token that was used before, whenever that was: good within the grace, and the end of its session beyond. */
export async function replay(journey: Journey): Promise<void> {
  const { seeded } = journey;
  const used = live(journey).flatMap((session) =>
    [...session.refreshTokens].flatMap(([token, exchanged]) =>
      exchanged === undefined ? [] : [{ session, token, at: exchanged.until }],
    ),
  );
  const oldest = used.toSorted((a, b) => a.at - b.at)[0];
  if (oldest === undefined) return refresh(journey);
  const { session, token } = seeded.chance(0.4) ? oldest : seeded.pick(used);
  await exchange(journey, session, token);
}

/** A token of a session that has ended. */
export async function exchangeEnded(journey: Journey, session: SessionModel): Promise<void> {
  await exchange(journey, session, journey.seeded.pick([...session.refreshTokens.keys()]));
}

async function exchange(journey: Journey, session: SessionModel, token: string): Promise<void> {
  const from = Date.now();
  const answer = await ask(journey, token);
  const asked = { from, until: Date.now() };
  const expected = expectExchange(session, token, asked, journey.graceMs);
  if (answer.ok) {
    if (expected === 'is refused')
      journey.findings.report('outlived', 'a refresh token that must not work was exchanged');
    noteExchange(session, token, asked);
    receive(journey, session, answer.body);
    return;
  }
  if (expected === 'works')
    return refuse(journey, `a refresh answered ${answer.status} ${answer.error.code}`);
  if (answer.error.code !== 'invalid_refresh_token')
    journey.findings.report('unexpected', `a refused refresh answered ${answer.status} ${answer.error.code}`);
  if (!session.ended) journey.findings.count('sessions ended by a replay beyond the grace');
  session.ended = true;
}

function ask(journey: Journey, refreshToken: string, options: CallOptions = {}) {
  return anyClient(journey).call('refresh', { body: { refreshToken } }, options);
}

function receive(journey: Journey, session: SessionModel, tokens: Tokens): void {
  addTokens(session, tokens);
  countSigner(journey, tokens);
}

function refuse({ findings }: Journey, what: string): void {
  findings.report(what.includes(' 401') ? 'forced logout' : 'unexpected', what);
}

/** The last of those that were not used yet: what a client that saves each answer has. */
function newestOf(session: SessionModel): string {
  const unused = [...session.refreshTokens].filter(([, exchanged]) => exchanged === undefined);
  const newest = unused.at(-1) ?? [...session.refreshTokens].at(-1);
  if (newest === undefined) throw new Error('a session without a refresh token');
  return newest[0];
}
