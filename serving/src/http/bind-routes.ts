import { ApiError, parseRequest, type RouteName, type RouteSpec, routes } from '@banyan/contracts';
import type { Express, Request, Response } from 'express';
import type { Authenticate, Authentication } from '../authentication/authentication.ts';
import { clientAddressOf } from './client-address.ts';
import { hashRequest, idempotencyKeyOf } from './idempotency-key.ts';
import type { KeyedRequest } from './kept-answers.ts';
import { readBody } from './read-body.ts';
import { readQuery } from './read-query.ts';
import { requestIdOf } from './request-id.ts';
import type { Handlers, RouteAnswer } from './route-handler.ts';
import { sendAnswer } from './send-answer.ts';
import { createWriteScope, type WriteScopeDeps } from './write-scope.ts';

export interface BindRoutesDeps extends WriteScopeDeps {
  readonly authenticate: Authenticate;
  /** How many proxies of ours a request passes on its way here, the gateway being one. */
  readonly trustedProxyHops?: number;
}

/** A handler whose route is not known to the types any more: it is only ever given a request of its own route. */
type AnyHandler =
  | ((request: unknown) => Promise<RouteAnswer>)
  | { readonly stream: (request: unknown, raw: Request, response: Response) => Promise<void> };

/** Binds the contract's routes to their handlers. What a path does not take is refused with what it does. */
export function bindRoutes<N extends RouteName>(
  app: Express,
  handlers: Handlers<N>,
  deps: BindRoutesDeps,
): void {
  const methodsOf = new Map<string, string[]>();
  for (const name of Object.keys(handlers) as N[]) {
    const route: RouteSpec = routes[name];
    const handler = handlers[name] as AnyHandler;
    const method = route.method.toLowerCase() as Lowercase<typeof route.method>;
    methodsOf.set(route.path, [...(methodsOf.get(route.path) ?? []), route.method]);
    app.route(route.path)[method]((request, response) => {
      response.locals.routeName = name;
      return answer(name, route, handler, request, response, deps);
    });
  }
  for (const [path, methods] of methodsOf) refuseOtherMethods(app, path, methods);
}

async function answer(
  name: RouteName,
  route: RouteSpec,
  handler: AnyHandler,
  request: Request,
  response: Response,
  deps: BindRoutesDeps,
): Promise<void> {
  const authentication = await authenticate(route, request, deps);
  const key = idempotencyKeyOf(route, request);
  // A session that is over may still hear, under its key, that it was ended: the answer to the logout may have been lost.
  if (authentication.kind === 'ended' && key === undefined) throw unauthorized(authentication);

  const { body, bodyKind, upload } = await readBody(route, request, response);
  const query = route.query && readQuery(request.url);
  const parsed = parseRequest(route, { params: request.params, query, body, bodyKind });
  const caller = 'caller' in authentication ? authentication.caller : undefined;
  const keyed: KeyedRequest | undefined =
    key === undefined
      ? undefined
      : {
          key,
          scope: `${caller?.userId ?? 'anyone'} ${name}`,
          requestHash: hashRequest({ ...parsed, upload }),
        };

  // Looked up before any slow work too, and again under the key's lock by `transact`.
  const kept = keyed && (await deps.keptAnswers.find(deps.db, keyed));
  if (authentication.kind === 'ended' && kept?.body !== undefined) throw unauthorized(authentication);
  if (kept !== undefined) return sendAnswer(response, kept);
  if (authentication.kind === 'ended') throw unauthorized(authentication);

  const scope = createWriteScope(deps, keyed);
  const routeRequest = {
    ...parsed,
    caller,
    upload,
    requestId: requestIdOf(response),
    clientAddress: clientAddressOf(request, deps.trustedProxyHops ?? 1),
    ...scope,
  };
  if (typeof handler !== 'function') return handler.stream(routeRequest, request, response);
  sendAnswer(
    response,
    await handler(routeRequest).catch((fault: unknown) => answeredMeanwhile(fault, keyed, deps)),
  );
}

/**
 * A handler that looks around before its transaction may meet what the same request did a moment ago, and refuse its own
 * repetition: the password that it just changed is "wrong". What was kept under the key meanwhile is the answer then.
 */
async function answeredMeanwhile(
  fault: unknown,
  keyed: KeyedRequest | undefined,
  { keptAnswers, db }: BindRoutesDeps,
): Promise<RouteAnswer> {
  const kept = keyed && fault instanceof ApiError ? await keptAnswers.find(db, keyed) : undefined;
  if (kept === undefined) throw fault;
  return kept;
}

async function authenticate(
  route: RouteSpec,
  request: Request,
  deps: BindRoutesDeps,
): Promise<Authentication> {
  // Where anyone may call, a token changes nothing, a bad one neither.
  if (route.access === 'anyone') return { kind: 'none' };
  if ((request.headersDistinct.authorization ?? []).length > 1) {
    throw new ApiError('invalid_request', 'The header Authorization is given twice.');
  }
  const authentication = await deps.authenticate(request);
  const mayBeNone = route.access === 'optional-user';
  if (authentication.kind === 'refused' || (authentication.kind === 'none' && !mayBeNone)) {
    throw unauthorized(authentication);
  }
  return authentication;
}

/** RFC 6750 §3: says that a token is wanted, and names a fault only if one was sent. */
function unauthorized({ kind }: Authentication): ApiError {
  return kind === 'none'
    ? new ApiError('unauthorized', 'An access token is needed.', {
        headers: { 'www-authenticate': 'Bearer' },
      })
    : new ApiError('unauthorized', 'The access token is not valid, or its session is over.', {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
}

function refuseOtherMethods(app: Express, path: string, methods: readonly string[]): void {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  app.route(path).all((request, response) => {
    if (request.method === 'OPTIONS') return sendAnswer(response, { status: 204, headers: { allow } });
    throw new ApiError('method_not_allowed', `${request.method} is not taken here.`, { headers: { allow } });
  });
}
