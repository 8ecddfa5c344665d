import { cutOverrides, mayHoldOverride } from '../cutover/override-cookie.ts';
import type { Exchange } from '../exchange.ts';
import { namedByConnection, Role, removeNamed, roleOf } from '../forwarding/headers.ts';
import { type Refusal, refusals } from './refusal.ts';
import { isRequestId, mintRequestId } from './request-id.ts';

export interface AdmissionLimits {
  readonly maxHeaderLines: number;
  readonly maxUrlBytes: number;
}

/**
 * Judges framing and headers, and makes the header list that the upstream gets, in one pass.
 * Node's parser has already refused what isn't HTTP (conflicting lengths, bad chunks, folded lines, control characters);
 * what is left here is what it lets through.
 */
export function admit(exchange: Exchange, limits: AdmissionLimits): Refusal | undefined {
  const { req, headers, connection } = exchange;
  const raw = req.rawHeaders;
  const trusted = connection.trusted;
  let hosts = 0;
  let singles: string[] | undefined;
  let named: readonly string[] | undefined;
  let chunked = false;

  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    switch (roleOf(name)) {
      case Role.pass:
        headers.push(name, value);
        break;
      case Role.cookie:
        if (mayHoldOverride(value)) takeOverrides(exchange, name, value);
        else headers.push(name, value);
        break;
      case Role.override:
        exchange.overrides = joined(exchange.overrides, value);
        break;
      case Role.host:
        hosts += 1;
        exchange.host = value;
        headers.push(name, value);
        break;
      case Role.connection:
        named = named === undefined ? namedByConnection(value) : [...named, ...namedByConnection(value)];
        break;
      case Role.single: {
        const lower = name.toLowerCase();
        if (singles?.includes(lower)) return withId(exchange, refusals.repeatedHeader);
        singles = singles === undefined ? [lower] : [...singles, lower];
        headers.push(name, value);
        break;
      }
      case Role.contentLength:
        exchange.bodyLength = Number(value);
        headers.push(name, value);
        break;
      case Role.transferEncoding:
        // A second coding, or `chunked` twice, is where servers disagree about where a request ends.
        if (chunked || value.trim().toLowerCase() !== 'chunked') return withId(exchange, refusals.badFraming);
        chunked = true;
        break;
      case Role.te:
        // Of the client's transfer codings only the acceptance of trailers holds for this hop too.
        if (/(?:^|,)\s*trailers\s*(?:,|$)/i.test(value)) headers.push('TE', 'trailers');
        break;
      case Role.trailer:
        headers.push(name, value);
        break;
      case Role.requestId:
        if (exchange.requestId === '' && isRequestId(value)) {
          exchange.requestId = value;
          headers.push(name, value);
        }
        break;
      case Role.expect:
        // Others than 100-continue never get here; see the `checkExpectation` listener.
        exchange.expectsContinue = true;
        break;
      case Role.forwardedFor:
        if (trusted) exchange.forwardedFor = joined(exchange.forwardedFor, value);
        break;
      case Role.forwardedProto:
        if (trusted) exchange.forwardedProto = value;
        break;
      case Role.forwardedHost:
        if (trusted) exchange.forwardedHost = value;
        break;
      case Role.forwardedOther:
        if (trusted) headers.push(name, value);
        break;
      case Role.drop:
        break;
    }
  }

  if (exchange.requestId === '') {
    exchange.requestId = mintRequestId();
    headers.push('X-Request-Id', exchange.requestId);
  }
  if (raw.length > limits.maxHeaderLines * 2) return refusals.headersTooLarge;
  const target = req.url ?? '';
  if (target.length > limits.maxUrlBytes) return refusals.urlTooLong;
  if (hosts > 1 || (hosts === 0 ? req.httpVersionMinor > 0 : !isHost(exchange.host))) return refusals.badHost;
  // A method that makes a server echo credentials, which no monolith serves on purpose.
  if (exchange.method === 'TRACE') return refusals.notImplemented;
  if (!takeTarget(exchange, target)) return refusals.badTarget;
  if (chunked) {
    if (req.httpVersionMinor === 0) return refusals.badFraming;
    headers.push('Transfer-Encoding', 'chunked');
  }
  exchange.hasBody = chunked || (exchange.bodyLength ?? 0) > 0;
  if (!exchange.hasBody) exchange.expectsContinue = false;
  if (named !== undefined && named.length > 0) removeNamed(headers, named);
  return undefined;
}

/** They are the gateway's own, whatever they are worth: no upstream sees them. */
function takeOverrides(exchange: Exchange, name: string, cookies: string): void {
  const { rest, overrides } = cutOverrides(cookies);
  if (overrides !== undefined) exchange.overrides = joined(exchange.overrides, overrides);
  if (rest !== undefined) exchange.headers.push(name, rest);
}

/** Names a request that is refused before its own id was met. */
function withId(exchange: Exchange, refusal: Refusal): Refusal {
  if (exchange.requestId === '') exchange.requestId = mintRequestId();
  return refusal;
}

/**
 * Origin form passes as it is. Absolute form (RFC 9112 §3.2.2) becomes origin form, if it names the same host as the Host
 * header does: two hosts are two readings. `OPTIONS *` asks about a server as a whole, which is not one server here.
 */
function takeTarget(exchange: Exchange, target: string): boolean {
  let origin = target;
  if (target.charCodeAt(0) !== 0x2f) {
    const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(target);
    if (absolute === null || absolute[1]?.toLowerCase() !== exchange.host.toLowerCase()) return false;
    const rest = absolute[2] ?? '';
    origin = rest.startsWith('/') ? rest : `/${rest}`;
  }
  exchange.target = origin;
  const query = origin.indexOf('?');
  exchange.path = query === -1 ? origin : origin.slice(0, query);
  return true;
}

// RFC 3986 host and port; user information has no place in a Host header.
const hostPattern = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;
let lastHost = '';

function isHost(host: string): boolean {
  // Nearly every request names the same host as the one before.
  if (host === lastHost) return true;
  if (!hostPattern.test(host)) return false;
  lastHost = host;
  return true;
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
