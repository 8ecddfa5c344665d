import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { accountId, region } from './function-spec.ts';
import type { RouteMatch } from './route-table.ts';

const apiId = 'local';

/** Headers that describe the connection to the HTTP API, and end there. Cookies have a field of their own. */
const dropped: ReadonlySet<string> = new Set([
  'connection',
  'cookie',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface EventFacts {
  readonly match: RouteMatch;
  /** Percent-decoded: what an HTTP API hands on as `rawPath`. */
  readonly path: string;
  readonly body: Buffer;
  readonly requestId: string;
  readonly traceId: string;
  readonly now: Date;
}

/** The request as an HTTP API tells a function of it: payload format version 2.0. */
export function httpEvent(request: IncomingMessage, facts: EventFacts): APIGatewayProxyEventV2 {
  const { match, path, body, now } = facts;
  const rawQueryString = queryOf(request.url ?? '/');
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const headers = eventHeaders(request, { ...facts, sourceIp });
  const cookies = (request.headers.cookie ?? '').split(/; */).filter(Boolean);
  const query = queryParameters(rawQueryString);
  const domainName = `${apiId}.execute-api.${region}.amazonaws.com`;
  const text = isText(headers['content-type']) ? decodeUtf8(body) : undefined;
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: facts.requestId,
      routeKey: match.routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(match.pathParameters).length > 0 ? { pathParameters: { ...match.pathParameters } } : {}),
    ...(body.length > 0 ? { body: text ?? body.toString('base64') } : {}),
    isBase64Encoded: body.length > 0 && text === undefined,
  };
}

/** Without the question mark. */
export function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

function eventHeaders(
  request: IncomingMessage,
  { sourceIp, traceId }: { readonly sourceIp: string; readonly traceId: string },
): Record<string, string> {
  const named = (request.headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  const headers = emptyRecord();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    if (dropped.has(name) || named.includes(name)) continue;
    const value = latin1AsUtf8(request.rawHeaders[at + 1] ?? '');
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  const forwardedFor = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = forwardedFor ? `${forwardedFor}, ${sourceIp}` : sourceIp;
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
  headers['x-amzn-trace-id'] = traceId;
  return headers;
}

/** Without a prototype, so that a client may name a thing `__proto__`. */
function emptyRecord(): Record<string, string> {
  return Object.create(null);
}

/** Node reads header bytes as Latin-1; the event is UTF-8. Bytes that are none stay as Node read them. */
function latin1AsUtf8(value: string): string {
  return decodeUtf8(Buffer.from(value, 'latin1')) ?? value;
}

/** A name that is given several times keeps all its values, joined by commas. */
function queryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const joined = emptyRecord();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    joined[name] = name in joined ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** What an HTTP API hands on as text; all else is base64, forms too. */
function isText(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return (
    type.startsWith('text/') ||
    /^application\/(json|xml|javascript)$/.test(type) ||
    /^application\/.+\+(json|xml)$/.test(type)
  );
}

/** Undefined if the bytes are not UTF-8: as text they would come to harm. */
function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21/Nov/2026:18:04:09 +0000` */
function commonLogTime(now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  const [year, , day] = date.split('-');
  return `${day}/${months[now.getUTCMonth()]}/${year}:${time.slice(0, 8)} +0000`;
}
