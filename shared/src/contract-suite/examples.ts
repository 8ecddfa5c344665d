import { randomUUID } from 'node:crypto';
import type { CallInput } from '../client/types.ts';
import type { RouteName, RouteOf } from '../routes.ts';
import { pngOf } from './png.ts';
import type { Account, World } from './world.ts';

export interface Example<N extends RouteName> {
  readonly input: CallInput<RouteOf<N>>;
  readonly accessToken?: string;
  readonly status: number;
}

type Examples = { readonly [N in RouteName]: (world: World) => Promise<Example<N>> };

const photo = () => pngOf(64, 64, [30, 120, 200]);

async function asOwner<I>(world: World, input: I, status: number) {
  return { input, status, accessToken: await world.ownerToken() };
}

/** An account that a case may use up: log out, or change its password. */
async function asNew<I>(world: World, inputOf: (account: Account) => I, status: number) {
  const account = await world.newAccount();
  return { input: inputOf(account), status, accessToken: account.session.accessToken };
}

/** For each route one request that must succeed, on things made for it; the cases derived from the routes start here. */
export const examples: Examples = {
  register: async () => ({
    input: {
      body: {
        email: `new-${randomUUID()}@example.com`,
        password: 'correct horse',
        displayName: 'Ada',
        phone: '+44 20 7946 0000',
      },
    },
    status: 201,
  }),
  login: async (world) => {
    const { email, password } = await world.owner();
    return { input: { body: { email, password } }, status: 200 };
  },
  refresh: async (world) => {
    const { session } = await world.newAccount();
    return { input: { body: { refreshToken: session.refreshToken } }, status: 200 };
  },
  logout: (world) => asNew(world, () => ({}), 204),
  forgot: async () => ({ input: { body: { email: `unknown-${randomUUID()}@example.com` } }, status: 202 }),
  reset: async () => ({
    input: { body: { token: 'a-token-that-nobody-was-sent', password: 'correct horse' } },
    status: 400,
  }),
  changePassword: (world) =>
    asNew(
      world,
      ({ password }) => ({ body: { currentPassword: password, newPassword: 'correct horse' } }),
      204,
    ),
  getMe: (world) => asOwner(world, {}, 200),
  updateMe: (world) => asOwner(world, { body: { displayName: 'Ada King', phone: null } }, 200),
  getJwks: async () => ({ input: {}, status: 200 }),

  putMyPhoto: (world) => asNew(world, () => ({ form: { file: photo() } }), 200),
  deleteMyPhoto: (world) => asNew(world, () => ({}), 204),
  createImage: (world) => asOwner(world, { form: { file: photo() } }, 201),
  getImage: async (world) => asOwner(world, { params: { id: (await world.newImage()).id } }, 200),
  deleteImage: async (world) => asOwner(world, { params: { id: (await world.newImage()).id } }, 204),
  getImageVariant: async (world) => ({
    input: { params: { id: (await world.newImage()).id, variant: 'card' } },
    status: 200,
  }),

  notifyWaitee: async (world) => {
    const { id, waitlistId } = await world.calledWaitee();
    return asOwner(world, { params: { id: waitlistId, waiteeId: id } }, 202);
  },
  listNotifications: async (world) => {
    const { waitlistId } = await world.calledWaitee();
    return asOwner(world, { query: { waitlistId } }, 200);
  },
  getNotification: async (world) => {
    const accessToken = await world.ownerToken();
    const { id, waitlistId } = await world.calledWaitee();
    const made = await world.succeed(
      'notifyWaitee',
      { params: { id: waitlistId, waiteeId: id } },
      { accessToken },
    );
    return { input: { params: { id: made.body.id } }, accessToken, status: 200 };
  },
  getNotificationTemplates: async (world) =>
    asOwner(world, { params: { id: (await world.newWaitlist()).id } }, 200),
  putNotificationTemplates: async (world) =>
    asOwner(
      world,
      {
        params: { id: (await world.newWaitlist()).id },
        body: {
          called: { subject: 'Come, {{guest}}', text: 'For {{partySize}} at {{waitlist}}: {{placeUrl}}' },
          reminder: { subject: 'Still here', text: 'We wait.' },
        },
      },
      200,
    ),

  listWaitlists: (world) => asOwner(world, { query: { limit: 2 } }, 200),
  createWaitlist: (world) =>
    asOwner(world, { body: { name: 'Chez Ada', slug: `ada-${randomUUID()}`, open: true } }, 201),
  getWaitlist: async (world) => asOwner(world, { params: { id: (await world.newWaitlist()).id } }, 200),
  updateWaitlist: async (world) =>
    asOwner(
      world,
      { params: { id: (await world.newWaitlist()).id }, body: { name: 'Ada’s', minutesPerParty: 5 } },
      200,
    ),
  deleteWaitlist: async (world) => asOwner(world, { params: { id: (await world.newWaitlist()).id } }, 204),
  listWaitees: async (world) => asOwner(world, { params: { id: (await world.newWaitee()).waitlistId } }, 200),
  createWaitee: async (world) =>
    asOwner(
      world,
      {
        params: { id: (await world.newWaitlist()).id },
        body: { name: 'Grace', partySize: 4, note: 'By the window' },
      },
      201,
    ),
  reorderWaitees: async (world) => {
    const first = await world.newWaitee();
    return asOwner(world, { params: { id: first.waitlistId }, body: { waiteeIds: [first.id] } }, 200);
  },
  getWaitee: async (world) => {
    const { id, waitlistId } = await world.newWaitee();
    return asOwner(world, { params: { id: waitlistId, waiteeId: id } }, 200);
  },
  updateWaitee: async (world) => {
    const { id, waitlistId } = await world.newWaitee();
    return asOwner(
      world,
      { params: { id: waitlistId, waiteeId: id }, body: { partySize: 5, note: null } },
      200,
    );
  },
  deleteWaitee: async (world) => {
    const { id, waitlistId } = await world.newWaitee();
    return asOwner(world, { params: { id: waitlistId, waiteeId: id } }, 204);
  },
  setWaiteeStatus: async (world) => {
    const { id, waitlistId } = await world.newWaitee();
    return asOwner(
      world,
      { params: { id: waitlistId, waiteeId: id }, body: { status: 'called' as const } },
      200,
    );
  },

  joinPage: async (world) => ({ input: { params: { slug: (await world.newWaitlist()).slug } }, status: 200 }),
  getPublicWaitlist: async (world) => ({
    input: { params: { slug: (await world.newWaitlist()).slug } },
    status: 200,
  }),
  joinWaitlist: async (world) => ({
    input: {
      params: { slug: (await world.newWaitlist()).slug },
      body: { name: 'Joan', partySize: 2, email: 'joan@example.com' },
    },
    status: 201,
  }),
  getPlace: async (world) => ({ input: { params: { token: await world.newPlaceToken() } }, status: 200 }),
  leaveWaitlist: async (world) => ({
    input: { params: { token: await world.newPlaceToken() } },
    status: 200,
  }),
};
