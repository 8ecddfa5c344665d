import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpAnswer, httpAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';
import type { Invoke } from './invoker.ts';
import { limits } from './limits.ts';
import { readBody } from './read-body.ts';
import type { RouteTable } from './route-table.ts';
import { sendAnswer } from './send-answer.ts';
import { newTraceId } from './trace-id.ts';

export interface HttpApiOptions {
  readonly routes: RouteTable;
  readonly invoke: Invoke;
  readonly integrationTimeoutMs: number;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP API of API Gateway in front of functions, with its refusals. */
export function createHttpApi({ routes, invoke, integrationTimeoutMs }: HttpApiOptions): HttpHandler {
  return async (request, response) => {
    const requestId = randomUUID();
    const answer = await answerTo(request, requestId);
    await sendAnswer(request, response, {
      ...answer,
      headers: [...answer.headers, ['apigw-requestid', requestId]],
    });
  };

  async function answerTo(request: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    // Read whole before anything is refused, so that the connection can be kept.
    const body = await readBody(request, limits.httpBodyBytes);
    if (body === undefined) return refusal(413, 'Request Entity Too Large');
    if (headBytes(request) > limits.httpHeadBytes) return refusal(431, 'Request Header Fields Too Large');
    const path = decodedPath(request.url ?? '/');
    if (path === undefined) return refusal(400, 'Bad Request');
    const match = routes(request.method ?? 'GET', path);
    if (match === undefined) return refusal(404, 'Not Found');

    const traceId = traceIdOf(request);
    const event = httpEvent(request, { match, path, body, requestId, traceId, now: new Date() });
    const payload = Buffer.from(JSON.stringify(event));
    const timer = new AbortController();
    const outcome = await Promise.race([
      invoke(match.route.function, payload, { traceId }),
      delay(integrationTimeoutMs, 'late' as const, { signal: timer.signal }),
    ]).finally(() => timer.abort());
    if (outcome === 'late') return refusal(503, 'Service Unavailable');
    if (!outcome.ok) {
      if (outcome.failure === 'too-large') return refusal(413, 'Request Entity Too Large');
      return outcome.failure === 'not-found'
        ? refusal(500, 'Internal Server Error')
        : refusal(503, 'Service Unavailable');
    }
    const answer = outcome.errorType === undefined ? httpAnswer(outcome.payload) : undefined;
    return answer ?? refusal(500, 'Internal Server Error');
  }
}

/** In the HTTP API's own words. */
function refusal(status: number, message: string): HttpAnswer {
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * An HTTP API decodes the path before it routes and hands it on, and what follows a decoded question mark is lost. A
 * function URL does neither.
 */
function decodedPath(url: string): string | undefined {
  const raw = url.split('?', 1)[0] ?? '/';
  try {
    return decodeURIComponent(raw).split('?', 1)[0];
  } catch {
    return undefined;
  }
}

function headBytes(request: IncomingMessage): number {
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`.length;
  return request.rawHeaders.reduce((bytes, part, at) => (at % 2 === 0 ? bytes : bytes + part.length), line);
}

function traceIdOf(request: IncomingMessage): string {
  const given = request.headers['x-amzn-trace-id'];
  return typeof given === 'string' && given.startsWith('Root=') ? given : newTraceId();
}
