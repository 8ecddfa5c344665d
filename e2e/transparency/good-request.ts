import { imageVariants, type RouteName, type RouteSpec, routes } from '@banyan/contracts';
import type { Account, Cast, Estate } from './cast.ts';

/** A request that its route answers with success, in parts that a generator can spoil one by one. */
export interface GoodRequest {
  readonly route: RouteSpec;
  readonly params: Readonly<Record<string, string>>;
  readonly account: Account;
  readonly json?: Readonly<Record<string, unknown>>;
  /** The name of the form's file. */
  readonly file?: string;
  /** Done with, its account or its things are gone: it must not be asked for in another's name. */
  readonly usesUp: boolean;
}

const template = { subject: 'Come, {{guest}}', text: 'For {{partySize}} at {{waitlist}}.' };

/** JSON bodies, by route; what has none here takes none. */
const bodies: Partial<
  Record<RouteName, (account: Account, estate: Estate) => Readonly<Record<string, unknown>>>
> = {
  register: ({ email }) => ({
    email: `new-${email}`,
    password: 'correct horse',
    displayName: 'Ada',
    phone: '+44 20 1234',
  }),
  login: ({ email, password }) => ({ email, password }),
  refresh: ({ refreshToken }) => ({ refreshToken }),
  forgot: ({ email }) => ({ email }),
  reset: () => ({ token: 'a-token-that-nobody-was-sent', password: 'correct horse' }),
  changePassword: ({ password }) => ({ currentPassword: password, newPassword: 'another horse' }),
  updateMe: () => ({ displayName: 'Ada King', phone: null }),
  putNotificationTemplates: () => ({ called: template, reminder: template }),
  createWaitlist: () => ({ name: 'Chez Ada', minutesPerParty: 5, open: true }),
  updateWaitlist: () => ({ name: 'Ada’s', minutesPerParty: 7 }),
  createWaitee: () => ({ name: 'Grace', partySize: 4, note: 'By the window' }),
  reorderWaitees: (_, { waiteeId }) => ({ waiteeIds: [waiteeId] }),
  updateWaitee: () => ({ partySize: 5, note: null }),
  setWaiteeStatus: () => ({ status: 'called' }),
  joinWaitlist: () => ({ name: 'Joan', partySize: 2, email: 'joan@example.com' }),
};

/** Those whose success leaves nothing to ask for a second time, with what they are to use up. */
const usingUp: Partial<Record<RouteName, (cast: Cast) => Partial<GoodRequest>>> = {
  logout: ({ disposable }) => ({ account: disposable.loggedOut }),
  changePassword: ({ disposable }) => ({ account: disposable.repassworded }),
  refresh: ({ disposable }) => ({ account: disposable.refreshed }),
  deleteImage: ({ disposable }) => ({ params: { id: disposable.imageId } }),
  deleteWaitlist: ({ disposable }) => ({ params: { id: disposable.waitlistId } }),
  deleteWaitee: ({ disposable, changing }) => ({
    params: { id: changing.waitlistId, waiteeId: disposable.waiteeId },
  }),
  leaveWaitlist: ({ disposable }) => ({ params: { token: disposable.guestToken } }),
};

export function goodRequest(name: RouteName, cast: Cast): GoodRequest {
  const route: RouteSpec = routes[name];
  // What is read is never written to, so that two readings find the same.
  const estate = route.method === 'GET' ? cast.kept : cast.changing;
  const usedUp = usingUp[name]?.(cast);
  const account = usedUp?.account ?? estate.host;
  const json = bodies[name]?.(account, estate);
  return {
    route,
    params: usedUp?.params ?? paramsOf(route, name, estate),
    account,
    ...(json ? { json } : {}),
    ...(route.form ? { file: route.form.upload.field } : {}),
    usesUp: usedUp !== undefined,
  };
}

function paramsOf(route: RouteSpec, name: RouteName, estate: Estate): Readonly<Record<string, string>> {
  if (route.path.startsWith('/api/images/:id')) {
    return { id: estate.imageId, variant: Object.keys(imageVariants)[0] ?? '' };
  }
  if (route.path === '/api/notifications/:id') return { id: estate.notificationId };
  return {
    id: estate.waitlistId,
    waiteeId: name === 'notifyWaitee' ? estate.calledWaiteeId : estate.waiteeId,
    slug: estate.slug,
    token: estate.guestToken,
  };
}

/** Sent twice on one state, these succeed twice: they can be compared without an idempotency key. */
export const repeatableWrites: readonly RouteName[] = [
  'login',
  'forgot',
  'updateMe',
  'updateWaitlist',
  'updateWaitee',
  'createWaitlist',
  'createWaitee',
  'joinWaitlist',
  'createImage',
  'putMyPhoto',
  'deleteMyPhoto',
  'putNotificationTemplates',
  'notifyWaitee',
];
