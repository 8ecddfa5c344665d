import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../http/route-handler.ts';

/**
 * What a request's bearer token says: `none` was sent; it is not good (`refused`); it is good (`caller`); or it is ours
 * and unexpired, but its session is over (`ended`).
 */
export type Authentication =
  | { readonly kind: 'none' | 'refused' }
  | { readonly kind: 'caller' | 'ended'; readonly caller: Caller };

export type Authenticate = (request: { readonly headers: IncomingHttpHeaders }) => Promise<Authentication>;
