import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpAnswer } from './http-answer.ts';

/** How long a client that was refused may go on sending its body before it is cut off. */
const lingerMs = 2_000;

/** Sends an answer, to a request whose body may not have been read to its end. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
): Promise<void> {
  const bodiless = status === 204 || status === 304;
  // What is left of a body that nobody read would be taken for the next request.
  const unread = !request.complete;
  response.writeHead(status, [
    // Node writes Latin-1: this way the bytes on the wire are the value's UTF-8.
    ...headers.flatMap(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
    ...(bodiless ? [] : ['content-length', String(body.length)]),
    ...(unread ? ['connection', 'close'] : []),
  ]);
  const sent = bodiless || request.method === 'HEAD' ? Buffer.alloc(0) : body;
  if (!unread) {
    response.end(sent);
    return;
  }
  response.write(sent);
  // Closing at once would reset the connection before a client that still sends has read the answer.
  const timer = new AbortController();
  request.resume();
  await Promise.race([
    new Promise((resolve) => request.once('close', resolve).once('end', resolve)),
    delay(lingerMs, undefined, { signal: timer.signal }),
  ]);
  timer.abort();
  response.end();
}
