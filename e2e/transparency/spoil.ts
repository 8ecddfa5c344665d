/** Ways in which clients get requests wrong, or merely unusual: each takes a part of a good request and changes it. */
import fc from 'fast-check';
import type { Header } from '../http/message.ts';
import type { Account } from './cast.ts';

type Change<T> = (part: T) => T;
const asItIs = <T>(part: T): T => part;

/** Mostly nothing, so that what is wrong is wrong in one place and seldom in three. */
function seldom<T>(weight: number, changes: readonly Change<T>[]): fc.Arbitrary<Change<T>> {
  return fc.oneof(
    { weight: 10 - weight, arbitrary: fc.constant<Change<T>>(asItIs) },
    { weight, arbitrary: fc.constantFrom(...changes) },
  );
}

const lastSegment = (change: (segment: string) => string): Change<string> => {
  return (path) => path.replace(/[^/]+$/, change);
};
const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/;

export const pathChange = seldom<string>(3, [
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `/${path}`,
  (path) => path.replace(/(?<=.)\//, '//'),
  (path) => path.replace(/(?<=.)\//, '/./'),
  (path) => path.replace(/(?<=.)\//, '/x/../'),
  (path) => path.replace(/(?<=.)\//, '/%2e/'),
  (path) => path.replace(/(?<=.)\//, '/x/%2E%2E/'),
  (path) => path.replace(/(?<=.)\//, '%2F'),
  (path) => path.replace(/(?<=.)\//, '%5C'),
  (path) => path.replace(/(?<=.)\//, '\\'),
  (path) => path.replace('a', '%61'),
  (path) => path.replace('a', '%2561'),
  (path) => `${path};v=1`,
  (path) => path.replace(/(?<=.)\//, ';x=1/'),
  (path) => `${path}/extra`,
  (path) => `${path}%00`,
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%ff`,
  (path) => `${path}.json`,
  lastSegment(() => 'not-a-thing'),
  lastSegment(() => '%C3%BC'),
  lastSegment(() => 'u%CC%88'),
  lastSegment(() => 'x'.repeat(3_000)),
  lastSegment((segment) => segment.toUpperCase()),
  (path) => path.replace(uuid, '00000000-0000-4000-8000-000000000000'),
  (path) => path.replace(uuid, 'not-a-uuid'),
  (path) => path.replace(uuid, ''),
  (path) => path.replace(uuid, '..'),
  (path) => path.replace(uuid, (id) => id.toUpperCase()),
]);

export const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        '?',
        '??',
        '?limit=1',
        '?limit=0',
        '?limit=101',
        '?limit=x',
        '?limit=1&limit=2',
        '?limit=%31',
        '?LIMIT=1',
      ],
      ...[
        '?cursor=x',
        '?cursor=',
        '?cursor=%zz',
        '?cursor=a/b',
        '?status=sent',
        '?status=waiting',
        '?status=lost',
      ],
      ...[
        '?unknown=1',
        '?waitlistId=x',
        '?limit=1;status=sent',
        '?limit[]=1',
        '?__proto__=1',
        '?a=%00',
        '?a#b',
      ],
    ),
  },
);

export type Credential = (account: Account, stranger: Account) => readonly Header[];

const bearer = (token: string): readonly Header[] => [['Authorization', `Bearer ${token}`]];
const good: Credential = ({ accessToken }) => bearer(accessToken);
const noneAlg = Buffer.from('{"alg":"none"}').toString('base64url');

/** Wrong in itself, or right: whoever's it is, it does no more than its own account may. */
export const credential: fc.Arbitrary<Credential> = fc.oneof(
  { weight: 7, arbitrary: fc.constant(good) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Credential>(
      () => [],
      () => [['Authorization', '']],
      () => [['Authorization', 'Bearer']],
      () => bearer('x.y.z'),
      () => bearer('x'.repeat(4_000)),
      () => [['Authorization', 'Basic YTpi']],
      ({ accessToken }) => bearer(`${accessToken}x`),
      ({ accessToken }) => bearer(accessToken.replace(/^[^.]+/, noneAlg)),
      ({ accessToken }) => [['authorization', `bearer ${accessToken}`]],
      ({ accessToken }) => [['AUTHORIZATION', `Bearer  ${accessToken}`]],
      ({ accessToken }) => [['Cookie', `token=${accessToken}`]],
    ),
  },
);

export const strangersCredential: Credential = (_, stranger) => bearer(stranger.accessToken);
export const ownCredential = good;

function withValues(name: string, values: readonly string[]): Header[] {
  return values.map((value) => [name, value]);
}

export const acceptHeaders = withValues('Accept', [
  ...[
    '*/*',
    'application/json',
    'text/html',
    'image/webp',
    'image/avif,image/webp',
    'image/*;q=0.1',
    'x',
    '',
  ],
]);
export const rangeHeaders = withValues('Range', [
  ...['bytes=0-9', 'bytes=5-', 'bytes=-7', 'bytes=0-0,2-3', 'bytes=99999999-', 'bytes=9-1', 'lines=1-2'],
]);

export const header: fc.Arbitrary<Header> = fc.constantFrom<Header>(
  ...acceptHeaders,
  ...rangeHeaders,
  ...withValues('Accept-Encoding', ['gzip', 'br', 'gzip, br;q=0.5', 'identity', '*', 'gzip;q=0']),
  ['If-None-Match', '*'],
  ['If-None-Match', '"no", W/"such"'],
  ['If-Modified-Since', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['If-Range', '"no"'],
  ['Origin', 'https://elsewhere.example'],
  ['Access-Control-Request-Method', 'PUT'],
  ['Accept-Language', 'de-CH, en;q=0.1'],
  ['Cookie', 'a=1; b="2"'],
  ['cookie', 'c=3'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Requested-With', 'XMLHttpRequest'],
  ['User-Agent', Buffer.from('Café/1.0 (ü)').toString('latin1')],
  ['x_request_id', 'underscored'],
);
