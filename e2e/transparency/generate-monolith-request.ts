import { type RouteName, routes } from '@banyan/contracts';
import fc from 'fast-check';
import type { Header } from '../http/message.ts';
import { noBody, type RawRequest } from '../http/raw-request.ts';
import type { Cast } from './cast.ts';
import { type GoodRequest, goodRequest, repeatableWrites } from './good-request.ts';
import { forwardedMethods } from './message-parts.ts';
import {
  acceptHeaders,
  credential,
  header,
  ownCredential,
  pathChange,
  query,
  rangeHeaders,
  strangersCredential,
} from './spoil.ts';
import { formBody, jsonBody, noSentBody, plainForm, plainJson, type SentBody } from './spoil-body.ts';

export interface MonolithRequest {
  readonly request: RawRequest;
  /**
   * `read`: sent to either side as it is. `keyed`: a write, sent once beforehand under the same idempotency key, so that
   * both sides are given the kept answer, or the same refusal. `unkeyed`: a write that has its effect on both sides;
   * `volatile` fields of its answer are masked.
   */
  readonly kind: 'read' | 'keyed' | 'unkeyed';
  readonly volatile: readonly string[];
}

const safe = ['GET', 'HEAD', 'OPTIONS'];
// The keys of `routes` are its names.
const names = Object.keys(routes) as RouteName[];

export function monolithRequest(cast: Cast): fc.Arbitrary<MonolithRequest> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...names).chain((name) => routeRequest(name, cast)) },
    { weight: 2, arbitrary: fc.constantFrom(...repeatableWrites).map((name) => unkeyedWrite(name, cast)) },
    { weight: 3, arbitrary: imageRead(cast) },
    { weight: 2, arbitrary: webRead(cast) },
    { weight: 2, arbitrary: unknownRequest },
  );
}

const otherMethod = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('HEAD', 'HEAD', 'HEAD', 'OPTIONS', ...forwardedMethods) },
);

/** A route's good request, most often spoilt in some way. */
function routeRequest(name: RouteName, cast: Cast): fc.Arbitrary<MonolithRequest> {
  const good = goodRequest(name, cast);
  return fc
    .record({
      pathChange,
      query,
      credential,
      otherMethod,
      asStranger: fc.nat(9).map((drawn) => drawn === 0),
      headers: fc.array(header, { maxLength: 3 }),
      sent: bodyOf(good, cast),
    })
    .map((given) => {
      const method = given.otherMethod ?? good.route.method;
      const isOther = method !== good.route.method;
      // Another method may be another route: it must find nothing that is the host's to change.
      const isStranger = isOther && !safe.includes(method) ? true : given.asStranger && !good.usesUp;
      const shown = isStranger ? strangersCredential : given.credential;
      const headers = [...shown(good.account, cast.stranger), ...given.headers, ...given.sent.contentType];
      return asMonolithRequest(method, given.pathChange(pathOf(good)) + given.query, headers, given.sent);
    });
}

function unkeyedWrite(name: RouteName, cast: Cast): MonolithRequest {
  const good = goodRequest(name, cast);
  const sent = good.json
    ? plainJson(good.json)
    : good.file
      ? plainForm({}, good.file, cast.photo)
      : noSentBody;
  const headers = [...ownCredential(good.account, cast.stranger), ...sent.contentType];
  const { request } = asMonolithRequest(good.route.method, pathOf(good), headers, sent);
  return { request, kind: 'unkeyed', volatile: good.route.volatile };
}

/** Conditional and partial requests on real images. */
function imageRead({ kept, imageEtags }: Cast): fc.Arbitrary<MonolithRequest> {
  const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  const conditional = (name: string) => fc.constantFrom(...imageEtags).map((etag): Header => [name, etag]);
  return fc
    .record({
      method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
      variant: fc.constantFrom('thumb', 'card', 'full', 'huge'),
      headers: fc.tuple(
        seldom(fc.constantFrom(...acceptHeaders)),
        seldom(fc.constantFrom(...rangeHeaders)),
        seldom(fc.oneof(conditional('If-None-Match'), conditional('If-Range'), header)),
      ),
    })
    .map(({ method, variant, headers }) => {
      const given = headers.filter((one) => one !== undefined);
      return asMonolithRequest(method, `/api/images/${kept.imageId}/${variant}`, given, noSentBody);
    });
}

function webRead({ webPaths }: Cast): fc.Arbitrary<MonolithRequest> {
  return fc
    .record({
      method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS'),
      path: fc.constantFrom(...webPaths),
      pathChange,
      query: fc.constantFrom('', '', '?v=2'),
      headers: fc.array(header, { maxLength: 4 }),
    })
    .map((given) =>
      asMonolithRequest(given.method, given.pathChange(given.path) + given.query, given.headers, noSentBody),
    );
}

const unknownRequest: fc.Arbitrary<MonolithRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', ...forwardedMethods),
    segments: fc.array(
      fc.oneof(
        fc.constantFrom(
          'api',
          'auth',
          'images',
          'join',
          '.well-known',
          'admin',
          '.git',
          'wp-login.php',
          '',
          '..',
          '.',
        ),
        fc.stringMatching(/^[A-Za-z0-9._~%!$&'()*+,;=:@-]{1,10}$/),
      ),
      { maxLength: 5 },
    ),
    query,
    headers: fc.array(header, { maxLength: 3 }),
  })
  .map((given) =>
    asMonolithRequest(given.method, `/${given.segments.join('/')}${given.query}`, given.headers, noSentBody),
  );

function bodyOf(good: GoodRequest, cast: Cast): fc.Arbitrary<SentBody> {
  if (good.json && good.file)
    return fc.oneof(jsonBody(good.json), formBody(good.json, good.file, cast.photo));
  if (good.json) return jsonBody(good.json);
  return good.file ? formBody({}, good.file, cast.photo) : fc.constant(noSentBody);
}

function pathOf({ route, params }: GoodRequest): string {
  return route.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '');
}

function asMonolithRequest(
  method: string,
  target: string,
  headers: readonly Header[],
  { body }: SentBody,
): MonolithRequest {
  const isSafe = safe.includes(method);
  return {
    request: { method, target, headers, body: isSafe ? noBody : body },
    kind: isSafe ? 'read' : 'keyed',
    volatile: [],
  };
}
