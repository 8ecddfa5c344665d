import { STATUS_CODES } from 'node:http';
import type { Exchange } from '../exchange.ts';

/** The gateway's own answers. They say nothing of the inside: no upstream, no address, no cause beyond the status. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The connection can't be used again, because where the next request begins is in doubt. */
  readonly close: boolean;
  readonly retryAfterSeconds?: number;
}

const refuse = (status: number, code: string, message: string, close: boolean): Refusal => ({
  status,
  code,
  message,
  close,
});

export const refusals = {
  badHost: refuse(400, 'invalid_request', 'The request needs exactly one valid Host header.', true),
  badTarget: refuse(400, 'invalid_request', 'The request target is not valid here.', true),
  badFraming: refuse(400, 'invalid_request', 'The length of the request body is ambiguous.', true),
  repeatedHeader: refuse(400, 'invalid_request', 'A header that may appear once was repeated.', true),
  malformed: refuse(400, 'invalid_request', 'The request is not valid HTTP.', true),
  ambiguousPath: refuse(400, 'invalid_request', 'The path can be read in more than one way.', false),
  tooSlow: refuse(408, 'request_timeout', 'The request took too long to arrive.', true),
  bodyTooLarge: refuse(413, 'payload_too_large', 'The request body is too large.', true),
  urlTooLong: refuse(414, 'uri_too_long', 'The request target is too long.', true),
  badExpectation: refuse(417, 'expectation_failed', 'The expectation cannot be met.', true),
  headersTooLarge: refuse(431, 'headers_too_large', 'The request has too many or too large headers.', true),
  internal: refuse(500, 'internal', 'Something went wrong.', true),
  notImplemented: refuse(501, 'not_implemented', 'The method is not supported.', true),
  badGateway: refuse(502, 'bad_gateway', 'The server could not be reached or gave no valid answer.', false),
  overloaded: {
    ...refuse(503, 'unavailable', 'Too many requests at the moment.', false),
    retryAfterSeconds: 1,
  },
  draining: { ...refuse(503, 'unavailable', 'The server is restarting.', true), retryAfterSeconds: 1 },
  gatewayTimeout: refuse(504, 'gateway_timeout', 'The server took too long to answer.', false),
} as const satisfies Record<string, Refusal>;

const byStatus: Readonly<Record<number, Refusal>> = {
  400: refusals.malformed,
  408: refusals.tooSlow,
  413: refusals.bodyTooLarge,
  500: refusals.internal,
  502: refusals.badGateway,
  503: refusals.draining,
  504: refusals.gatewayTimeout,
};

export function refusalOfStatus(status: number): Refusal {
  return byStatus[status] ?? refusals.internal;
}

/** Answers in the gateway's own name. */
export function answerRefusal(exchange: Exchange, refusal: Refusal): void {
  const { res, requestId } = exchange;
  const body = refusalBody(refusal, requestId);
  const headers = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ];
  if (requestId !== '') headers.push('X-Request-Id', requestId);
  if (refusal.retryAfterSeconds !== undefined) headers.push('Retry-After', String(refusal.retryAfterSeconds));
  if (refusal.close) res.shouldKeepAlive = false;
  exchange.status = refusal.status;
  res.sendDate = true;
  res.takeHead(refusal.status, reasonPhrase(refusal.status), headers);
  res.end(body, 'latin1');
}

/** The same for a connection whose request could not be parsed, so that there is no response object. */
export function rawRefusal(refusal: Refusal, requestId: string): string {
  const body = refusalBody(refusal, requestId);
  return [
    `HTTP/1.1 ${refusal.status} ${reasonPhrase(refusal.status)}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}

function refusalBody({ code, message }: Refusal, requestId: string): string {
  return JSON.stringify({ error: { code, message, requestId } });
}
