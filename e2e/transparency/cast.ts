/** Who and what generated requests are about: made once, over HTTP, before any of them is sent. */
import { randomUUID } from 'node:crypto';
import {
  type CallInput,
  createClient,
  imageLinksOf,
  imageMediaTypes,
  type RouteName,
  type RouteOf,
} from '@banyan/contracts';
import sharp from 'sharp';
import { waitUntil } from '../stack/wait-until.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A host with a list, guests on it, an image and a notification. Values by the names that routes' parameters have. */
export interface Estate {
  readonly host: Account;
  readonly waitlistId: string;
  readonly waiteeId: string;
  readonly calledWaiteeId: string;
  readonly slug: string;
  readonly imageId: string;
  readonly notificationId: string;
  readonly guestToken: string;
}

/** Things that a request may use up: each route that does has one of its own. */
export interface Disposable {
  readonly loggedOut: Account;
  readonly repassworded: Account;
  readonly refreshed: Account;
  readonly waitlistId: string;
  readonly waiteeId: string;
  readonly imageId: string;
  readonly guestToken: string;
}

export interface Cast {
  /** Only ever read, so that what is read of it stays the same. */
  readonly kept: Estate;
  /** What writes are done to. */
  readonly changing: Estate;
  readonly disposable: Disposable;
  readonly stranger: Account;
  readonly photo: Buffer;
  /** Of the kept estate's image, in each variant and format. */
  readonly imageEtags: readonly string[];
  /** Pages and files of the web client. */
  readonly webPaths: readonly string[];
}

export async function createCast(baseUrl: string): Promise<Cast> {
  const client = createClient({ baseUrl });

  async function succeed<N extends RouteName>(name: N, input: CallInput<RouteOf<N>>, accessToken?: string) {
    const result = await client.call(name, input, accessToken ? { accessToken } : {});
    if (!result.ok) throw new Error(`${name} answered ${result.status}: ${JSON.stringify(result.error)}`);
    // Not `ok: false` as was just seen; the types can't follow that through the route's name.
    return (result as Extract<typeof result, { ok: true }>).body;
  }

  async function createAccount(): Promise<Account> {
    const email = `${randomUUID()}@example.com`;
    const password = 'correct horse battery';
    const session = await succeed('register', { body: { email, password, displayName: 'Ada Lovelace' } });
    return { email, password, accessToken: session.accessToken, refreshToken: session.refreshToken };
  }

  const photoOf = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#2a7' } })
      .jpeg()
      .toBuffer();
  // What is uploaded again and again is small: making variants is most of what these requests cost.
  const photo = await photoOf(48, 32);

  async function joinAsGuest(slug: string): Promise<string> {
    const joined = await succeed('joinWaitlist', { params: { slug }, body: { name: 'Zoë', partySize: 3 } });
    return joined.token;
  }

  async function createImage(accessToken: string, bytes = photo): Promise<string> {
    const file = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
    return (await succeed('createImage', { form: { file } }, accessToken)).id;
  }

  async function createDisposable({ host, waitlistId, slug }: Estate): Promise<Disposable> {
    const waitlist = await succeed('createWaitlist', { body: { name: 'Chez Zoë' } }, host.accessToken);
    const waitee = await succeed(
      'createWaitee',
      { params: { id: waitlistId }, body: { name: 'Annie Easley', partySize: 1 } },
      host.accessToken,
    );
    return {
      loggedOut: await createAccount(),
      repassworded: await createAccount(),
      refreshed: await createAccount(),
      waitlistId: waitlist.id,
      waiteeId: waitee.id,
      imageId: await createImage(host.accessToken),
      guestToken: await joinAsGuest(slug),
    };
  }

  async function createEstate(): Promise<Estate> {
    const host = await createAccount();
    const { accessToken } = host;
    const waitlist = await succeed('createWaitlist', { body: { name: 'Chez Ada' } }, accessToken);
    const params = { id: waitlist.id };
    const addGuest = (name: string, email: string) =>
      succeed('createWaitee', { params, body: { name, partySize: 2, email } }, accessToken);
    const waitee = await addGuest('Grace Hopper', 'grace@example.com');
    const called = await addGuest('Joan Clarke', 'joan@example.com');
    const calledParams = { ...params, waiteeId: called.id };
    await succeed('setWaiteeStatus', { params: calledParams, body: { status: 'called' } }, accessToken);
    const guestToken = await joinAsGuest(waitlist.slug);
    const imageId = await createImage(accessToken, await photoOf(900, 700));
    const listNotifications = () =>
      succeed('listNotifications', { query: { waitlistId: waitlist.id } }, accessToken);
    // Once they are sent, they don't change any more.
    await waitUntil('the call was sent', async () =>
      (await listNotifications()).items.some(({ status }) => status === 'sent'),
    );
    const [notification] = (await listNotifications()).items;
    return {
      host,
      waitlistId: waitlist.id,
      waiteeId: waitee.id,
      calledWaiteeId: called.id,
      slug: waitlist.slug,
      imageId,
      notificationId: notification?.id ?? '',
      guestToken,
    };
  }

  const [kept, changing, stranger] = await Promise.all([createEstate(), createEstate(), createAccount()]);
  const disposable = await createDisposable(changing);
  const webPaths = await findWebPaths(baseUrl, kept.slug);
  const imageEtags = await readEtags(baseUrl, kept.imageId);
  return { kept, changing, disposable, stranger, photo, imageEtags, webPaths };
}

/** The pages, and whatever of this server they refer to. */
async function findWebPaths(baseUrl: string, slug: string): Promise<readonly string[]> {
  const pages = ['/', `/join/${slug}`, '/favicon.ico', '/robots.txt'];
  const texts = await Promise.all(pages.map(async (page) => (await fetch(baseUrl + page)).text()));
  const references = texts.flatMap((text) =>
    [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? ''),
  );
  return [...new Set([...pages, ...references])];
}

async function readEtags(baseUrl: string, imageId: string): Promise<readonly string[]> {
  const asked = Object.values(imageLinksOf(imageId)).flatMap((path) =>
    imageMediaTypes.map((accept) => ({ path, accept })),
  );
  const etags = asked.map(async ({ path, accept }) => {
    const response = await fetch(baseUrl + path, { headers: { accept } });
    await response.arrayBuffer();
    return response.headers.get('etag') ?? '';
  });
  return [...new Set(await Promise.all(etags))];
}
