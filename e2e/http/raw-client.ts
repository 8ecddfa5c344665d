import { connect, type Socket } from 'node:net';
import type { Framing, Head, Header } from './message.ts';
import { encodeRequest, type RawRequest } from './raw-request.ts';
import { type AnswerEnd, readAnswer } from './read-answer.ts';

export interface RawResponse {
  /** The 1xx answers that came before, in order. */
  readonly interim: readonly Head[];
  readonly head: Head;
  readonly framing: Framing['kind'];
  readonly body: Buffer;
  readonly trailers: readonly Header[];
}

export type RawOutcome =
  | { readonly kind: 'answered'; readonly response: RawResponse }
  | Exclude<AnswerEnd, { readonly kind: 'whole' }>;

/** A keep-alive connection for one request after another; opens a new one whenever the server has closed it. */
export interface RawClient {
  readonly send: (request: RawRequest) => Promise<RawOutcome>;
  readonly close: () => void;
}

export interface RawClientOptions {
  readonly port: number;
  /** No test waits this long for a right answer: it turns a hang into a failure that names its request. */
  readonly timeoutMs?: number;
}

export function createRawClient(options: RawClientOptions): RawClient {
  let idle: Socket | undefined;

  return {
    async send(request) {
      const socket = idle && isUsable(idle) ? idle : openSocket(options.port);
      idle = undefined;
      const { outcome, reusable } = await exchange(socket, request, options.timeoutMs ?? 15_000);
      if (reusable) idle = socket;
      else socket.destroy();
      return outcome;
    },
    close() {
      idle?.destroy();
    },
  };
}

/** Sends one request on a connection of its own. */
export async function sendOnce(options: RawClientOptions, request: RawRequest): Promise<RawOutcome> {
  const client = createRawClient(options);
  try {
    return await client.send(request);
  } finally {
    client.close();
  }
}

/** A connection whose errors are reported by its 'close', which follows them. */
export function openSocket(port: number): Socket {
  return connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined);
}

async function exchange(
  socket: Socket,
  request: RawRequest,
  timeoutMs: number,
): Promise<{ readonly outcome: RawOutcome; readonly reusable: boolean }> {
  const interim: Head[] = [];
  const pieces: Buffer[] = [];
  let final: { readonly head: Head; readonly framing: Framing['kind'] } | undefined;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    socket.destroy();
  }, timeoutMs);
  const answer = readAnswer(socket, request.method, {
    onInterim: (head) => interim.push(head),
    onHead: (head, framing) => {
      final = { head, framing };
    },
    onData: (bytes) => pieces.push(bytes),
  });
  socket.write(encodeRequest(request));
  const end = await answer;
  clearTimeout(timer);
  if (late) throw new Error(`no whole answer to ${request.method} ${request.target} within ${timeoutMs} ms`);
  if (end.kind !== 'whole') return { outcome: end, reusable: false };
  if (!final) throw new Error('the reader ended an answer that it never began');
  const response = { interim, ...final, body: Buffer.concat(pieces), trailers: end.trailers };
  return { outcome: { kind: 'answered', response }, reusable: end.reusable };
}

function isUsable(socket: Socket): boolean {
  return !socket.destroyed && socket.readable && socket.writable && !socket.readableEnded;
}
