import { refreshSession } from '../session/refresh-session.ts';
import { readSession } from '../session/session-store.ts';

/** A `fetch` that answers a refused access token by refreshing the session and asking once more. */
export function renewingFetch(send: typeof fetch): typeof fetch {
  return async (input, init = {}) => {
    const response = await send(input, init);
    const refused = /^Bearer (.+)$/.exec(new Headers(init.headers).get('authorization') ?? '')?.[1];
    if (response.status !== 401 || refused === undefined) return response;
    const renewed = await refreshSession(refused);
    if (renewed === undefined && readSession() !== undefined) {
      // Nobody was logged out: the refresh found no server, or one that was busy. Like any lost connection.
      throw new TypeError('The session could not be refreshed.');
    }
    if (renewed === undefined) return response;
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${renewed}`);
    return send(input, { ...init, headers });
  };
}
