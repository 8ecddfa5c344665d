/** Requests of any shape, and the answers that the witness is to give to them. */
import { METHODS } from 'node:http';
import fc from 'fast-check';
import type { Head, Header } from '../http/message.ts';
import { noBody, type RawRequest, type RequestBody } from '../http/raw-request.ts';
import type { Script, ScriptBody } from '../witness/script.ts';

export interface GeneratedExchange {
  readonly request: RawRequest;
  readonly script: Script;
}

/**
 * Methods that a Node server can read at all, less those of another kind: CONNECT asks for a tunnel, TRACE for an echo
 * of the request, which the gateway refuses, and PRI is HTTP/2's preface.
 */
const methods = METHODS.filter((method) => !['CONNECT', 'TRACE', 'PRI'].includes(method));
const commonMethods = ['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const statuses = [
  200, 201, 202, 203, 205, 206, 226, 299, 300, 301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 406,
];
const lateStatuses = [
  407, 408, 409, 410, 412, 413, 416, 418, 422, 425, 429, 431, 451, 499, 500, 501, 502, 503, 504, 599,
];
const bodiless = [204, 304];

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const gzipMagic = Buffer.from('1f8b0800000000000003', 'hex');

const piece = fc.oneof(
  { weight: 6, arbitrary: bytes(200) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: bytes(50).map((tail) => Buffer.concat([gzipMagic, tail])) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 16_000, max: 200_000 }), fc.nat(255))
      .map(([length, fill]) => Buffer.alloc(length, fill)),
  },
);
const pieces = fc.array(piece, { maxLength: 4 });
/** A chunk of no bytes would be the last one. */
const chunks = pieces.map((list) => list.filter((chunk) => chunk.length > 0));

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

const recase = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replace(/[a-z]/, (letter) => letter.toUpperCase()),
);
const value = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,38}[!-~])?$/),
  fc.constantFrom(
    '',
    '"quoted, \\"text\\""',
    'a,b , c',
    'a\tb',
    toLatin1('café'),
    '\x80\xff',
    'x'.repeat(2_000),
  ),
);
function header(names: readonly string[]): fc.Arbitrary<Header> {
  return fc
    .tuple(fc.constantFrom(...names), recase, value)
    .map(([name, change, text]) => [change(name), text]);
}
const unknownHeader: fc.Arbitrary<Header> = fc.tuple(
  fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/),
  value,
);

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

const answerHeaders = fc.array(
  fc.oneof(
    header([
      'Content-Type',
      'Cache-Control',
      'ETag',
      'Location',
      'Vary',
      'Link',
      'Server',
      'Via',
      'Age',
      'Warning',
    ]),
    header([
      'Content-Encoding',
      'Content-Language',
      'WWW-Authenticate',
      'X-Powered-By',
      'Access-Control-Allow-Origin',
    ]),
    fc.tuple(fc.constantFrom('Set-Cookie', 'set-cookie', 'SET-COOKIE'), value) as fc.Arbitrary<Header>,
    fc.constant<Header>(['Date', 'Sun, 06 Nov 1994 08:49:37 GMT']),
    unknownHeader,
  ),
  { maxLength: 10 },
);
const trailers = fc.array(unknownHeader, { maxLength: 3 });

const reason = fc.constantFrom(
  'OK',
  'Fine',
  '',
  'Not Found',
  "It's (odd) / reason!",
  'a  b',
  'x'.repeat(120),
);

const requestBody: fc.Arbitrary<RequestBody> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(noBody) },
  { weight: 3, arbitrary: pieces.map((list) => ({ kind: 'sized' as const, bytes: Buffer.concat(list) })) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('chunked' as const), chunks, trailers }),
  },
);

const scriptBody: fc.Arbitrary<ScriptBody> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sized' as const), pieces }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('chunked' as const), pieces: chunks, trailers }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('until-close' as const), pieces }) },
);

const interim: fc.Arbitrary<readonly Head[]> = fc.oneof(
  { weight: 9, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.constant<Head>({
        startLine: 'HTTP/1.1 103 Early Hints',
        headers: [['Link', '</a.css>; rel=preload']],
      }),
      { minLength: 1, maxLength: 2 },
    ),
  },
);

export const generatedExchange: fc.Arbitrary<GeneratedExchange> = fc
  .record({
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...commonMethods) },
      { weight: 1, arbitrary: fc.constantFrom(...methods) },
    ),
    target,
    requestHeaders,
    singleHeaders,
    requestBody,
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...statuses, ...lateStatuses) },
      { weight: 1, arbitrary: fc.constantFrom(...bodiless) },
    ),
    reason,
    answerHeaders,
    framingPlace: fc.nat(10),
    change: recase,
    body: scriptBody,
    interim,
  })
  .map((given) => ({
    request: {
      method: given.method,
      target: given.target,
      headers: [...given.requestHeaders, ...given.singleHeaders],
      body: given.requestBody,
    },
    script: scriptOf(given),
  }));

interface ScriptParts {
  readonly method: string;
  readonly status: number;
  readonly reason: string;
  readonly answerHeaders: readonly Header[];
  readonly framingPlace: number;
  readonly change: (name: string) => string;
  readonly body: ScriptBody;
  readonly interim: readonly Head[];
}

function scriptOf(parts: ScriptParts): Script {
  const headers = [...parts.answerHeaders];
  const isBodiless = parts.method === 'HEAD' || parts.status === 204 || parts.status === 304;
  const framing = parts.status === 204 ? undefined : framingHeader(parts.body, parts.change);
  if (framing) headers.splice(Math.min(parts.framingPlace, headers.length), 0, framing);
  return {
    interim: parts.interim,
    head: { startLine: `HTTP/1.1 ${parts.status} ${parts.reason}`, headers },
    body: isBodiless ? { kind: 'none' } : parts.body,
  };
}

function framingHeader(body: ScriptBody, change: (name: string) => string): Header | undefined {
  if (body.kind === 'sized')
    return [change('Content-Length'), String(Buffer.concat([...body.pieces]).length)];
  return body.kind === 'chunked' ? [change('Transfer-Encoding'), 'chunked'] : undefined;
}

/** The UTF-8 bytes of a text, one character for each. */
function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
