/** Requests of any shape, and the answers that the witness is to give to them. */
import fc from 'fast-check';
import { noBody, type RawRequest, type RequestBody } from '../http/raw-request.ts';
import type { Script } from '../witness/script.ts';
import { generatedScript } from './generate-script.ts';
import { chunks, forwardedMethods, header, pieces, trailers, unknownHeader } from './message-parts.ts';

export interface GeneratedExchange {
  readonly request: RawRequest;
  readonly script: Script;
}

const commonMethods = ['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const segment = fc.oneof(
  fc.constantFrom('api', 'API', 'images', 'a', '', '.', '..', '...', ';v=1', 'x;y=2', '*', '@'),
  fc.constantFrom('%2F', '%2f', '%5C', '%2e%2e', '%00', '%zz', '%', '%c3%a9', '%C3%A9', '%25', '%252F', '\\'),
  fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@-]{1,12}$/),
  fc.constantFrom('u%CC%88', '~', '|', '^', '"', '<', '>', '{', '}', '`', '[', ']'),
);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '??',
    '?a=1&a=2',
    '?a[]=1&a[b]=2',
    '?=',
    '?%zz',
    '?a=%2F../',
    '?q=a+b%20c',
    '?a=?/..//',
  ),
  fc.stringMatching(/^\?[A-Za-z0-9%&=+;:@/?._~-]{0,40}$/),
);
/** ASCII alone: bytes beyond it are no HTTP (RFC 9112 §3.2), and a Node server answers them with 400 itself. */
const target = fc
  .tuple(fc.array(segment, { maxLength: 6 }), query)
  .map(([segments, tail]) => `/${segments.join('/')}${tail}`);

const requestHeaders = fc.array(
  fc.oneof(
    header([
      'Accept',
      'Accept-Encoding',
      'Accept-Language',
      'Cookie',
      'Origin',
      'Referer',
      'User-Agent',
      'Range',
    ]),
    header([
      'If-None-Match',
      'If-Modified-Since',
      'Cache-Control',
      'Pragma',
      'Idempotency-Key',
      'my_header',
      'DNT',
    ]),
    unknownHeader,
  ),
  { maxLength: 8 },
);
/** Sent once at most: the gateway refuses a request that has two. */
const singleHeaders = fc
  .tuple(
    fc.option(header(['Authorization']), { nil: undefined }),
    fc.option(header(['Content-Type']), { nil: undefined }),
  )
  .map((headers) => headers.filter((given) => given !== undefined));

const requestBody: fc.Arbitrary<RequestBody> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(noBody) },
  { weight: 3, arbitrary: pieces.map((list) => ({ kind: 'sized' as const, bytes: Buffer.concat(list) })) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('chunked' as const), chunks, trailers }),
  },
);

export const generatedExchange: fc.Arbitrary<GeneratedExchange> = fc
  .record({
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...commonMethods) },
      { weight: 1, arbitrary: fc.constantFrom(...forwardedMethods) },
    ),
    target,
    requestHeaders,
    singleHeaders,
    requestBody,
    script: generatedScript,
  })
  .map((given) => ({
    request: {
      method: given.method,
      target: given.target,
      headers: [...given.requestHeaders, ...given.singleHeaders],
      body: given.requestBody,
    },
    script: given.script(given.method),
  }));
