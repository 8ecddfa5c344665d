import { strict as assert } from 'node:assert';
import { type ErrorBody, type ErrorCode, errorBody, errorStatuses } from '../errors.ts';
import type { RawAnswer } from './world.ts';

/** The contract's error, whole: its status, its code, a message for people, and the request id of the header. */
export function expectError(answer: RawAnswer, code: ErrorCode): ErrorBody['error'] {
  assert.equal(
    answer.status,
    errorStatuses[code],
    `expected ${code}, but got ${answer.status}: ${answer.text}`,
  );
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const { error } = errorBody.strict().parse(JSON.parse(answer.text));
  assert.equal(error.code, code);
  assert.ok(error.message.length > 0, 'an error has a message');
  assert.equal(
    error.requestId,
    answer.headers.get('x-request-id'),
    'the body and the header name one request',
  );
  return error;
}

/** `invalid_request` whose details name this place. */
export function expectFault(answer: RawAnswer, path: string): void {
  const error = expectError(answer, 'invalid_request');
  const places = (error.details ?? []).map((fault) => fault.path);
  const isThere = places.some((place) => place === path || place.startsWith(`${path}.`));
  assert.ok(isThere, `expected a fault at ${path}, but got ${JSON.stringify(error.details)}`);
}
