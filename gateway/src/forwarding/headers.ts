import { overrideHeader } from '../cutover/override.ts';

/**
 * Header rules, both ways. Headers travel as raw pairs (`[name, value, name, value…]`), so that case, order and repeats
 * arrive as they were sent.
 */

/** What the gateway has to do with a header of a given name. */
export const Role = {
  pass: 0,
  /** Hop-by-hop (RFC 9110 §7.6.1), of the gateway's own making, or a look-alike of such a name. */
  drop: 1,
  host: 2,
  connection: 3,
  contentLength: 4,
  transferEncoding: 5,
  /** Read differently by different servers when repeated. */
  single: 6,
  te: 7,
  requestId: 8,
  forwardedFor: 9,
  forwardedProto: 10,
  forwardedHost: 11,
  /** Other claims about the way here: `Forwarded`, `X-Real-IP`, `X-Forwarded-*`. */
  forwardedOther: 12,
  expect: 13,
  trailer: 14,
  /** May hold an override, which is the gateway's own. */
  cookie: 15,
  override: 16,
} as const;
export type Role = (typeof Role)[keyof typeof Role];

export const internalPrefix = 'x-banyan-';

// A map: a header may be called `constructor`, which every object has.
const roles: ReadonlyMap<string, Role> = new Map<string, Role>(
  Object.entries({
    host: Role.host,
    connection: Role.connection,
    'content-length': Role.contentLength,
    'transfer-encoding': Role.transferEncoding,
    authorization: Role.single,
    'content-type': Role.single,
    te: Role.te,
    'x-request-id': Role.requestId,
    'x-forwarded-for': Role.forwardedFor,
    'x-forwarded-proto': Role.forwardedProto,
    'x-forwarded-host': Role.forwardedHost,
    forwarded: Role.forwardedOther,
    'x-real-ip': Role.forwardedOther,
    expect: Role.expect,
    trailer: Role.trailer,
    cookie: Role.cookie,
    [overrideHeader]: Role.override,
    'keep-alive': Role.drop,
    'proxy-connection': Role.drop,
    'proxy-authenticate': Role.drop,
    'proxy-authorization': Role.drop,
    upgrade: Role.drop,
    'http2-settings': Role.drop,
  }),
);

// Names repeat across requests: their role is remembered, up to a bound, for any client may invent names.
const remembered = new Map<string, Role>();
const rememberedMax = 2_000;

export function roleOf(name: string): Role {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const role = findRole(name.toLowerCase());
  if (remembered.size < rememberedMax) remembered.set(name, role);
  return role;
}

function findRole(name: string): Role {
  const role = roles.get(name) ?? (name.startsWith('x-forwarded-') ? Role.forwardedOther : Role.pass);
  if (role !== Role.pass) return role;
  if (name.startsWith(internalPrefix)) return Role.drop;
  // CGI and WSGI servers read `X_Forwarded_For` as `X-Forwarded-For`: it must not stand beside ours.
  if (name.includes('_') && findRole(name.replaceAll('_', '-')) !== Role.pass) return Role.drop;
  return Role.pass;
}

/** The tokens of a `Connection` header that name other headers, in lower case; empty for the usual values. */
export function namedByConnection(value: string): readonly string[] {
  if (value === 'keep-alive' || value === 'close' || value === 'Upgrade') return none;
  const named: string[] = [];
  for (const token of value.split(',')) {
    const name = token.trim().toLowerCase();
    if (name === '' || name === 'keep-alive' || name === 'close') continue;
    const role = roleOf(name);
    if (role === Role.pass || role === Role.cookie) named.push(name);
  }
  return named;
}

const none: readonly string[] = Object.freeze([]);

/** Takes the headers of these names out, in place. */
export function removeNamed(raw: string[], names: readonly string[]): void {
  let kept = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (names.includes(name.toLowerCase())) continue;
    raw[kept] = name;
    raw[kept + 1] = raw[i + 1] ?? '';
    kept += 2;
  }
  raw.length = kept;
}

export interface AnswerHead {
  readonly headers: string[];
  /** -1 where the answer doesn't say. */
  readonly contentLength: number;
  readonly eventStream: boolean;
  readonly announcesTrailers: boolean;
}

/**
 * What a client may see of an answer's headers: all but the connection's own and internal ones. `Transfer-Encoding` goes
 * because the gateway frames its own connection; the body's bytes stay.
 */
export function answerHead(raw: readonly string[]): AnswerHead {
  const headers: string[] = [];
  let named: readonly string[] = none;
  let contentLength = -1;
  let eventStream = false;
  let announcesTrailers = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    switch (roleOf(name)) {
      case Role.connection:
        named = named.length === 0 ? namedByConnection(value) : [...named, ...namedByConnection(value)];
        break;
      case Role.drop:
      case Role.override:
      case Role.transferEncoding:
      case Role.te:
        break;
      case Role.contentLength:
        contentLength = Number(value);
        headers.push(name, value);
        break;
      case Role.single:
        // `Content-Type`: `Authorization` is no answer's header.
        if (value.startsWith('text/event-stream')) eventStream = true;
        headers.push(name, value);
        break;
      case Role.trailer:
        announcesTrailers = true;
        headers.push(name, value);
        break;
      default:
        headers.push(name, value);
    }
  }
  if (named.length > 0) removeNamed(headers, named);
  return { headers, contentLength, eventStream, announcesTrailers };
}

export function answerHeaders(raw: readonly string[]): string[] {
  return answerHead(raw).headers;
}

/** Trailer fields as pairs. Framing and routing fields may not come late (RFC 9110 §6.5.1), so that they are left out. */
export function trailerPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (roleOf(name) === Role.pass) pairs.push([name, raw[i + 1] ?? '']);
  }
  return pairs;
}
