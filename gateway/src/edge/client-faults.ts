import type { Socket } from 'node:net';
import { type Refusal, rawRefusal, refusals } from './refusal.ts';

/**
 * Answers a connection whose bytes are no HTTP request, and closes it. If an answer has begun on it, the connection is
 * reset: an error page in the middle of a body would be taken for part of it.
 */
export function answerUnparsable(
  error: Error,
  socket: Socket,
  requestId: string,
  answerBegun: boolean,
): Refusal | undefined {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ECONNRESET' || code === 'EPIPE' || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const refusal =
    code === 'HPE_HEADER_OVERFLOW'
      ? refusals.headersTooLarge
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? refusals.tooSlow
        : refusals.malformed;
  if (answerBegun) {
    socket.resetAndDestroy();
    return refusal;
  }
  socket.end(rawRefusal(refusal, requestId), () => socket.destroy());
  return refusal;
}
