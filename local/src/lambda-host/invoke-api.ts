import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { EventQueue } from './event-queue.ts';
import { arnOf } from './function-spec.ts';
import type { HttpHandler } from './http-api.ts';
import type { Invoke, InvokeOutcome } from './invoker.ts';
import { limits } from './limits.ts';
import { readBody } from './read-body.ts';
import { sendAnswer } from './send-answer.ts';

export interface InvokeApiOptions {
  readonly invoke: Invoke;
  readonly has: (functionName: string) => boolean;
  readonly events: EventQueue;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Lambda's Invoke action, for the AWS SDK with its `endpoint` set to the host. Signatures are not checked. */
export function createInvokeApi({ invoke, has, events }: InvokeApiOptions): HttpHandler {
  return async (request, response) => {
    const { status, headers, body } = await answerTo(request);
    await sendAnswer(request, response, {
      status,
      headers: Object.entries({ 'x-amzn-requestid': randomUUID(), ...headers }),
      body: body ?? Buffer.alloc(0),
    });
  };

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const named = functionOf(request);
    if (named === undefined) return refusal(404, 'UnknownOperationException', 'Unknown operation');
    if (!has(named.name) || named.qualifier !== '$LATEST') {
      const qualifier = named.qualifier === '$LATEST' ? '' : `:${named.qualifier}`;
      return refusal(
        404,
        'ResourceNotFoundException',
        `Function not found: ${arnOf(named.name)}${qualifier}`,
      );
    }
    const type = headerOf(request, 'x-amz-invocation-type') ?? 'RequestResponse';
    if (!['RequestResponse', 'Event', 'DryRun'].includes(type)) {
      return refusal(400, 'InvalidParameterValueException', `Unsupported InvocationType ${type}`);
    }
    const maxBytes = type === 'Event' ? limits.eventPayloadBytes : limits.requestPayloadBytes;
    const body = await readBody(request, maxBytes);
    if (body === undefined) return tooLarge(maxBytes);
    const payload = body.length === 0 ? Buffer.from('{}') : body;
    const fault = jsonFault(payload);
    if (fault !== undefined) {
      return refusal(
        400,
        'InvalidRequestContentException',
        `Could not parse request body into json: ${fault}`,
      );
    }
    if (type === 'DryRun') return { status: 204 };
    if (type === 'Event') {
      const requestId = events.add(named.name, payload);
      return { status: 202, headers: { 'x-amzn-requestid': requestId } };
    }
    const withLog = headerOf(request, 'x-amz-log-type') === 'Tail';
    const clientContext = decodedContext(headerOf(request, 'x-amz-client-context'));
    return invokedAnswer(await invoke(named.name, payload, { withLog, clientContext }));
  }
}

function invokedAnswer(outcome: InvokeOutcome): Answer {
  if (outcome.ok) {
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': outcome.requestId,
        'x-amz-executed-version': '$LATEST',
        // "Handled" was for runtimes that let a function say so; today's never do.
        ...(outcome.errorType === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
        ...(outcome.log ? { 'x-amz-log-result': outcome.log.toString('base64') } : {}),
      },
      body: outcome.payload,
    };
  }
  switch (outcome.failure) {
    case 'throttled':
      return refusal(429, 'TooManyRequestsException', 'Rate Exceeded.', {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      });
    case 'too-large':
      return tooLarge(limits.requestPayloadBytes);
    case 'not-found':
    case 'stopping':
      return refusal(503, 'ServiceException', 'Service is unavailable', { Type: 'Server' });
  }
}

/** `/2015-03-31/functions/{name or ARN}/invocations?Qualifier=` */
function functionOf(request: IncomingMessage): { name: string; qualifier: string } | undefined {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const [, encoded] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(path) ?? [];
  if (encoded === undefined || request.method !== 'POST') return undefined;
  const parts = /^(?:.*function:)?([A-Za-z0-9-_]+)(?::(\$LATEST|[A-Za-z0-9-_]+))?$/.exec(decoded(encoded));
  if (parts?.[1] === undefined) return undefined;
  const qualifier = new URLSearchParams(query).get('Qualifier') ?? parts[2] ?? '$LATEST';
  return { name: parts[1], qualifier };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decodedContext(given: string | undefined): string | undefined {
  return given === undefined ? undefined : Buffer.from(given, 'base64').toString('utf8');
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function jsonFault(payload: Buffer): string | undefined {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function tooLarge(maxBytes: number): Answer {
  return refusal(
    413,
    'RequestTooLargeException',
    `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`,
  );
}

function refusal(
  status: number,
  errorType: string,
  message: string,
  more: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': errorType },
    body: Buffer.from(JSON.stringify({ Type: 'User', ...more, Message: message, message })),
  };
}
