/** Longer ones are no token of a request that fits into a header line of common servers. */
const maxHeaderLength = 4_096;
const maxSubjectLength = 256;

/** RFC 7515 §7.1: three parts in base64url, the first and last of which are not read here. */
const compactJws = /^bearer +[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/i;

const rememberedMax = 2_048;

/**
 * Reads the subject of a bearer token out of `Authorization` headers: read, not trusted. Which side answers grants nothing,
 * and to check a signature for each request would cost more than to forward it.
 *
 * Tokens come again and again, so that what was read is remembered: in two generations, of which the older is dropped when
 * the younger is full. That bounds memory as a list by last use does, and costs one lookup.
 */
export function createTokenSubjects(): (authorization: string) => string | undefined {
  let younger = new Map<string, string | undefined>();
  let older = new Map<string, string | undefined>();

  return function subjectOf(authorization) {
    if (authorization.length > maxHeaderLength) return undefined;
    const known = younger.get(authorization);
    if (known !== undefined || younger.has(authorization)) return known;
    const subject = older.get(authorization) ?? readSubject(authorization);
    if (younger.size >= rememberedMax) {
      older = younger;
      younger = new Map();
    }
    younger.set(authorization, subject);
    return subject;
  };
}

/** Never throws: what is no token has no subject. */
export function readSubject(authorization: string): string | undefined {
  const payload = compactJws.exec(authorization)?.[1];
  if (payload === undefined) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof claims !== 'object' || claims === null || !Object.hasOwn(claims, 'sub')) return undefined;
  const { sub } = claims as { readonly sub: unknown };
  // RFC 7519 wants a string; applications whose ids are numbers put those there.
  if (Number.isSafeInteger(sub)) return String(sub);
  return typeof sub === 'string' && sub !== '' && sub.length <= maxSubjectLength ? sub : undefined;
}
