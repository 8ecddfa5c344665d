import { type Head, type Header, valuesOf } from '../http/message.ts';
import type { RawOutcome, RawResponse } from '../http/raw-client.ts';
import type { WitnessedRequest } from '../witness/witness.ts';

/** One thing that is not the same direct and through the gateway. */
export interface Difference {
  readonly where:
    | 'outcome'
    | 'status line'
    | 'interim answers'
    | 'headers'
    | 'framing'
    | 'body'
    | 'trailers'
    | 'upstream: count'
    | 'upstream: request line'
    | 'upstream: headers'
    | 'upstream: framing'
    | 'upstream: body'
    | 'upstream: trailers';
  readonly direct: string;
  readonly gateway: string;
}

/**
 * What is not compared in an answer, each with its reason. All else is: names with their case, values, order, repeats.
 */
export const answerHeadersNotCompared: Readonly<Record<string, string>> = {
  connection: 'says what becomes of one connection; there are two (RFC 9110 §7.6.1)',
  'keep-alive': 'as above: the idle time-out of one connection',
  'transfer-encoding':
    'the framing of one connection (RFC 9112 §6.1); which framing it is, is compared as `framing`',
};

/** The one place that lists what the gateway adds to a request or puts in place of what the client sent. */
export const requestHeadersNotCompared: Readonly<Record<string, string>> = {
  connection: 'says what becomes of one connection; there are two (RFC 9110 §7.6.1)',
  'keep-alive': 'as above',
  'transfer-encoding': 'the framing of one connection; which framing it is, is compared as `framing`',
  'x-forwarded-for': 'added, and never taken from a client that is no trusted proxy',
  'x-forwarded-proto': 'as above',
  'x-forwarded-host': 'as above',
  'x-request-id': 'added where the client sends none',
  traceparent: 'added where the client sends none',
  host: 'its name may be written anew, in lower case; its value is compared beside the others',
  'content-length': 'as above; for a request without a body, none and 0 say the same (RFC 9112 §6.3)',
};

/** Replaces, in both answers, what differs whenever the same request is sent twice. Applied to headers and to bodies. */
export type Mask = (response: RawResponse) => RawResponse;

export function compareOutcomes(direct: RawOutcome, gateway: RawOutcome, mask: Mask): Difference[] {
  if (direct.kind !== 'answered' || gateway.kind !== 'answered') {
    return differing('outcome', describeOutcome(direct), describeOutcome(gateway));
  }
  return compareResponses(mask(direct.response), mask(gateway.response));
}

export function compareResponses(direct: RawResponse, gateway: RawResponse): Difference[] {
  return [
    ...differing('status line', direct.head.startLine, gateway.head.startLine),
    ...differing('interim answers', showHeads(direct.interim), showHeads(gateway.interim)),
    ...differing('headers', showAnswer(direct.head.headers), showAnswer(gateway.head.headers)),
    ...differing('framing', framingOf(direct), framingOf(gateway)),
    ...differingBytes('body', direct.body, gateway.body),
    ...differing('trailers', showHeaders(direct.trailers), showHeaders(gateway.trailers)),
  ];
}

/** Compares what reached the upstream: by way of the gateway, exactly one request, as the client sent it. */
export function compareArrivals(
  direct: readonly WitnessedRequest[],
  gateway: readonly WitnessedRequest[],
): Difference[] {
  const [expected] = direct;
  const [arrived] = gateway;
  if (!expected || !arrived || direct.length !== gateway.length) {
    return differing('upstream: count', String(direct.length), String(gateway.length));
  }
  return [
    ...differing('upstream: request line', expected.head.startLine, arrived.head.startLine),
    ...differing('upstream: headers', showRequest(expected), showRequest(arrived)),
    ...differing('upstream: headers', oneValue(expected, 'host'), oneValue(arrived, 'host')),
    ...differing(
      'upstream: headers',
      oneValue(expected, 'content-length'),
      oneValue(arrived, 'content-length'),
    ),
    ...differing('upstream: framing', requestFramingOf(expected), requestFramingOf(arrived)),
    ...differingBytes('upstream: body', expected.body, arrived.body),
    ...differing('upstream: trailers', showHeaders(expected.trailers), showHeaders(arrived.trailers)),
  ];
}

/** An answer that ends with its connection has no framing to keep: a proxy may say where it ends instead. */
function framingOf(response: RawResponse): string {
  return response.framing === 'until-close' ? 'chunked' : response.framing;
}

function showAnswer(headers: readonly Header[]): string {
  return showHeaders(headers.filter(([name]) => !(name.toLowerCase() in answerHeadersNotCompared)));
}

function showRequest({ head }: WitnessedRequest): string {
  return showHeaders(head.headers.filter(([name]) => !(name.toLowerCase() in requestHeadersNotCompared)));
}

function oneValue({ head }: WitnessedRequest, name: 'host' | 'content-length'): string {
  const values = valuesOf(head.headers, name).join(' and ');
  return `${name}: ${name === 'content-length' && values === '0' ? '' : values}`;
}

function requestFramingOf({ framing, body }: WitnessedRequest): string {
  return framing === 'sized' && body.length === 0 ? 'none' : framing;
}

function showHeads(heads: readonly Head[]): string {
  return heads.map(({ startLine, headers }) => `${startLine}\n${showHeaders(headers)}`).join('\n');
}

function showHeaders(headers: readonly Header[]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join('\n');
}

function describeOutcome(outcome: RawOutcome): string {
  if (outcome.kind === 'answered') return `answered: ${outcome.response.head.startLine}`;
  return outcome.kind === 'malformed' ? `malformed: ${outcome.why}` : `cut off ${outcome.where}`;
}

function differing(where: Difference['where'], direct: string, gateway: string): Difference[] {
  return direct === gateway ? [] : [{ where, direct, gateway }];
}

function differingBytes(where: Difference['where'], direct: Buffer, gateway: Buffer): Difference[] {
  if (direct.equals(gateway)) return [];
  const at = direct.findIndex((byte, index) => byte !== gateway[index]);
  const from = Math.max(0, (at < 0 ? Math.min(direct.length, gateway.length) : at) - 20);
  const show = (bytes: Buffer) =>
    `${bytes.length} bytes, from ${from}: ${JSON.stringify(bytes.toString('latin1', from, from + 120))}`;
  return [{ where, direct: show(direct), gateway: show(gateway) }];
}
