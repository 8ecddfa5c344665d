import type { Response } from 'express';
import type { RouteAnswer } from './route-handler.ts';

/**
 * Sends a handler's answer. Answers carry no validators and are not to be stored, but where the handler says otherwise:
 * nearly all of them are one person's data.
 */
export function sendAnswer(response: Response, answer: RouteAnswer): void {
  response.statusCode = answer.status;
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.body === undefined) {
    response.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(answer.body));
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
