/** Answers of any shape, for the witness to give. */
import fc from 'fast-check';
import type { Head, Header } from '../http/message.ts';
import type { Script, ScriptBody } from '../witness/script.ts';
import { chunks, header, pieces, recase, trailers, unknownHeader, value } from './message-parts.ts';

const statuses = [
  200, 201, 202, 203, 205, 206, 226, 299, 300, 301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407,
  408, 409, 410, 412, 413, 416, 418, 422, 425, 429, 431, 451, 499, 500, 501, 502, 503, 504, 599,
];
const bodiless = [204, 304];

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

const reason = fc.constantFrom(
  'OK',
  'Fine',
  '',
  'Not Found',
  "It's (odd) / reason!",
  'a  b',
  'x'.repeat(120),
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

interface ScriptParts {
  readonly status: number;
  readonly reason: string;
  readonly answerHeaders: readonly Header[];
  readonly framingPlace: number;
  readonly change: (name: string) => string;
  readonly body: ScriptBody;
  readonly interim: readonly Head[];
}

/** An answer, once it is known what was asked: HEAD gets the same head, and no body. */
export const generatedScript: fc.Arbitrary<(method: string) => Script> = fc
  .record({
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...statuses) },
      { weight: 1, arbitrary: fc.constantFrom(...bodiless) },
    ),
    reason,
    answerHeaders,
    framingPlace: fc.nat(10),
    change: recase,
    body: scriptBody,
    interim,
  })
  .map((parts: ScriptParts) => (method) => scriptOf(method, parts));

function scriptOf(method: string, parts: ScriptParts): Script {
  const headers = [...parts.answerHeaders];
  const isBodiless = method === 'HEAD' || parts.status === 204 || parts.status === 304;
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
