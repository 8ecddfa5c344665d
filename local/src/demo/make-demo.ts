import { type Client, createClient, type Waitee, type WaiteeStatus } from '@banyan/contracts';
import {
  type DemoGuest,
  type DemoPerson,
  type DemoWaitlist,
  demoPassword,
  demoWaitlists,
} from './demo-data.ts';
import { drawPortrait } from './portrait.ts';

/**
 * Fills an empty waitlist with people to look at, as its clients would: through the API, and the API alone.
 * What is there already is left as it is, so that a run that was cut off is completed by the next, and nothing is doubled.
 */
export async function makeDemo(baseUrl: string, signal?: AbortSignal): Promise<void> {
  const client = createClient({
    baseUrl,
    fetch: (input, init) => fetch(input, signal ? { ...init, signal } : init),
  });
  for (const list of demoWaitlists) await makeWaitlist(client, list);
}

async function makeWaitlist(client: Client, list: DemoWaitlist): Promise<void> {
  const accessToken = await haveAccount(client, list.host);
  const mine = await client.call('listWaitlists', { query: { limit: 100 } }, { accessToken });
  const existing = granted(mine).items.find(({ slug }) => slug === list.slug);
  const { slug, name, minutesPerParty } = list;
  const { id } =
    existing ??
    granted(await client.call('createWaitlist', { body: { slug, name, minutesPerParty } }, { accessToken }));

  for (const guest of list.guests) {
    // Looked up one by one: the demo is small, and each guest's place depends on those before.
    const guests = await client.call(
      'listWaitees',
      { params: { id }, query: { limit: 100 } },
      { accessToken },
    );
    const known = granted(guests).items.find((waitee) => waitee.name === guest.name);
    if (!known) await join(client, slug, guest);
  }
  const guests = await client.call('listWaitees', { params: { id }, query: { limit: 100 } }, { accessToken });
  for (const waitee of granted(guests).items) {
    const wanted = list.guests.find(({ name: wantedName }) => wantedName === waitee.name)?.status;
    if (wanted) await bringTo(client, accessToken, waitee, wanted);
  }
}

async function haveAccount(client: Client, person: DemoPerson): Promise<string> {
  const { email, displayName, hue } = person;
  const registered = await client.call('register', {
    form: { fields: { email, displayName, password: demoPassword }, file: await drawPortrait(hue) },
  });
  if (registered.ok) return registered.body.accessToken;
  if (registered.error.code !== 'email_taken') throw refusal(registered);
  return granted(await client.call('login', { body: { email, password: demoPassword } })).accessToken;
}

async function join(client: Client, slug: string, guest: DemoGuest): Promise<void> {
  const { name, partySize, email, phone, account } = guest;
  const body = { name, partySize, ...(email ? { email } : {}), ...(phone ? { phone } : {}) };
  const accessToken = account ? await haveAccount(client, account) : null;
  granted(await client.call('joinWaitlist', { params: { slug }, body }, { accessToken }));
}

async function bringTo(
  client: Client,
  accessToken: string,
  { id: waiteeId, waitlistId: id, status }: Waitee,
  wanted: WaiteeStatus,
): Promise<void> {
  for (const next of stepsTo(status, wanted)) {
    const step = { params: { id, waiteeId }, body: { status: next } };
    granted(await client.call('setWaiteeStatus', step, { accessToken }));
  }
}

/** Only guests who are still in the line are moved: whoever was moved by hand since stays there. */
function stepsTo(from: WaiteeStatus, to: WaiteeStatus): Exclude<WaiteeStatus, 'waiting'>[] {
  if (from === to || to === 'waiting') return [];
  if (from === 'waiting') return to === 'called' || to === 'cancelled' ? [to] : ['called', to];
  return from === 'called' ? [to] : [];
}

type Answered<R> = Extract<R, { readonly ok: true }> extends { readonly body: infer B } ? B : never;

function granted<R extends { readonly ok: boolean; readonly status: number }>(result: R): Answered<R> {
  if (result.ok && 'body' in result) return result.body as Answered<R>;
  throw refusal(result);
}

function refusal(result: { readonly status: number; readonly error?: unknown }): Error {
  return new Error(`The demo data could not be made: ${result.status} ${JSON.stringify(result.error)}`);
}
