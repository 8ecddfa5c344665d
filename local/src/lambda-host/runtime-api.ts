import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limits } from './limits.ts';

/** One invocation as the runtime is told of it. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly payload: Buffer;
  /** When it times out, in milliseconds of the Unix clock. */
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly clientContext?: string | undefined;
}

export type RuntimeReply =
  | { readonly kind: 'response'; readonly payload: Buffer }
  | { readonly kind: 'error'; readonly errorType: string; readonly payload: Buffer }
  | { readonly kind: 'too-large'; readonly bytes: number };

export interface RuntimeApiEvents {
  /** The runtime waits for its next invocation: it is initialised, or done with the last one. */
  readonly onNext: () => void;
  readonly onReply: (reply: RuntimeReply) => void;
  readonly onInitError: (errorType: string, payload: Buffer) => void;
}

export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Answers the `/next` that waits. False if none does. */
  readonly deliver: (invocation: RuntimeInvocation) => boolean;
  readonly close: () => void;
}

type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'RuntimeResponseSentState';

/**
 * The Lambda Runtime API, version 2018-06-01, of one execution environment. Its states, refusals and their wording are
 * those of AWS's own emulator.
 */
export async function startRuntimeApi(events: RuntimeApiEvents): Promise<RuntimeApi> {
  let state: State = 'Started';
  let waiting: ServerResponse | undefined;
  let current: RuntimeInvocation | undefined;

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  // The runtime may be frozen for as long as it likes.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const path = url.startsWith('/2018-06-01/runtime/') ? url.slice('/2018-06-01/runtime/'.length) : '';
    if (method === 'GET' && path === 'invocation/next') return next(response);
    if (method === 'POST' && path === 'init/error') return initError(request, response);
    const [, id, verb] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (method === 'POST' && id !== undefined && verb !== undefined) {
      return reply(request, response, decodeURIComponent(id), verb === 'error');
    }
    send(response, 404, { errorType: 'NotFound', errorMessage: 'Not found' });
  }

  function next(response: ServerResponse): void {
    if (state === 'Running' || state === 'InitError' || waiting) {
      forbid(response, 'Ready');
      return;
    }
    state = 'Ready';
    current = undefined;
    waiting = response;
    response.once('close', () => {
      if (waiting === response) waiting = undefined;
    });
    events.onNext();
  }

  async function reply(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    isError: boolean,
  ): Promise<void> {
    if (current === undefined || current.requestId !== id) {
      request.resume();
      return send(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' });
    }
    if (state !== 'Running') {
      request.resume();
      return forbid(response, isError ? 'InvocationErrorResponse' : 'InvocationResponse');
    }
    state = 'RuntimeResponseSentState';
    const { payload, bytes } = await readBody(request);
    if (bytes > limits.responsePayloadBytes) {
      events.onReply({ kind: 'too-large', bytes });
      return send(response, 413, {
        errorType: 'RequestEntityTooLarge',
        errorMessage: `Exceeded maximum allowed payload size (${limits.responsePayloadBytes} bytes).`,
      });
    }
    events.onReply(
      isError
        ? { kind: 'error', errorType: errorTypeOf(request, payload), payload }
        : { kind: 'response', payload },
    );
    send(response, 202, { status: 'OK' });
  }

  async function initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (state !== 'Started') {
      request.resume();
      return forbid(response, 'InitError');
    }
    state = 'InitError';
    const { payload } = await readBody(request);
    events.onInitError(errorTypeOf(request, payload), payload);
    send(response, 202, { status: 'OK' });
  }

  function forbid(response: ServerResponse, wanted: string): void {
    send(response, 403, {
      errorType: 'InvalidStateTransition',
      errorMessage: `State transition from ${state} to ${wanted} failed for runtime. Error: State transition is not allowed`,
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliver(invocation) {
      if (waiting === undefined) return false;
      const response = waiting;
      waiting = undefined;
      current = invocation;
      state = 'Running';
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': invocation.payload.length,
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': invocation.deadlineMs,
        'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
        'Lambda-Runtime-Trace-Id': invocation.traceId,
        ...(invocation.clientContext === undefined
          ? {}
          : { 'Lambda-Runtime-Client-Context': invocation.clientContext }),
      });
      response.end(invocation.payload);
      return true;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Reads to the end, and keeps nothing of a body that is too large. */
async function readBody(request: IncomingMessage): Promise<{ payload: Buffer; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= limits.responsePayloadBytes) chunks.push(chunk);
  }
  return { payload: Buffer.concat(chunks), bytes };
}

/** The header is optional: AWS's own runtime for Node says the type in the body alone. */
function errorTypeOf(request: IncomingMessage, payload: Buffer): string {
  const named = request.headers['lambda-runtime-function-error-type'] ?? errorTypeIn(payload);
  return typeof named === 'string' && /^[\w.]+$/.test(named) ? named : 'Function.Unknown';
}

function errorTypeIn(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))?.errorType;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: Readonly<Record<string, string>>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
