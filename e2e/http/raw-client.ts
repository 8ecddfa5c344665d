import { connect, type Socket } from 'node:net';
import {
  type Framing,
  type Head,
  type Header,
  MalformedMessage,
  responseFraming,
  statusOf,
  valuesOf,
} from './message.ts';
import { createMessageReader } from './message-reader.ts';
import { encodeRequest, type RawRequest } from './raw-request.ts';

export interface RawResponse {
  /** The 1xx answers that came before, in order. */
  readonly interim: readonly Head[];
  readonly head: Head;
  readonly framing: Framing['kind'];
  readonly body: Buffer;
  readonly trailers: readonly Header[];
}

/** What became of a request. `cut-off`: the connection ended before the answer did, as its framing tells. */
export type RawOutcome =
  | { readonly kind: 'answered'; readonly response: RawResponse }
  | { readonly kind: 'cut-off'; readonly where: 'before the head' | 'in the head' | 'in the body' }
  | { readonly kind: 'malformed'; readonly why: string };

/** A keep-alive connection for one request after another; opens a new one whenever the server has closed it. */
export interface RawClient {
  readonly send: (request: RawRequest) => Promise<RawOutcome>;
  readonly close: () => void;
}

export interface RawClientOptions {
  readonly host?: string;
  readonly port: number;
  /** No test waits this long for a right answer: it turns a hang into a failure that names its request. */
  readonly timeoutMs?: number;
}

export function createRawClient(options: RawClientOptions): RawClient {
  let idle: Socket | undefined;

  return {
    async send(request) {
      const socket = idle && isUsable(idle) ? idle : open(options);
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

interface Exchanged {
  readonly outcome: RawOutcome;
  readonly reusable: boolean;
}

function exchange(socket: Socket, request: RawRequest, timeoutMs: number): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const interim: Head[] = [];
    const pieces: Buffer[] = [];
    let final: { readonly head: Head; readonly framing: Framing['kind'] } | undefined;
    let outcome: RawOutcome | undefined;

    const reader = createMessageReader({
      onHead(head) {
        if (outcome) throw new MalformedMessage('a second answer to one request');
        const framing = responseFraming(head, request.method);
        if (isInterim(head)) interim.push(head);
        else final = { head, framing: framing.kind };
        return framing;
      },
      onData: (bytes) => pieces.push(bytes),
      onEnd(trailers) {
        if (!final) return;
        outcome = {
          kind: 'answered',
          response: { interim, ...final, body: Buffer.concat(pieces), trailers },
        };
      },
    });

    function settle(settled: RawOutcome, reusable: boolean): void {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      resolve({ outcome: settled, reusable });
    }
    function onData(bytes: Buffer): void {
      try {
        reader.read(bytes);
        if (!outcome || !final || final.framing === 'until-close') return;
        if (reader.end() !== 'nothing') throw new MalformedMessage('bytes after the answer');
        settle(outcome, !saysClose(final.head));
      } catch (error) {
        settle({ kind: 'malformed', why: error instanceof Error ? error.message : String(error) }, false);
      }
    }
    function onClose(hadError: boolean): void {
      // A reset is no end: what has no other framing than the connection's close is cut off by it.
      const cut = final?.framing === 'until-close' && hadError ? 'body' : reader.end();
      const where = cut === 'body' ? 'in the body' : cut === 'head' ? 'in the head' : 'before the head';
      settle(outcome && cut === 'nothing' ? outcome : { kind: 'cut-off', where }, false);
    }
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no whole answer to ${request.method} ${request.target} within ${timeoutMs} ms`));
    }, timeoutMs);

    socket.on('data', onData).on('close', onClose);
    socket.write(encodeRequest(request));
  });
}

function isInterim(head: Head): boolean {
  const status = statusOf(head);
  return status < 200 && status !== 101;
}

function saysClose({ headers }: Head): boolean {
  return valuesOf(headers, 'connection').some((value) => value.toLowerCase().includes('close'));
}

function isUsable(socket: Socket): boolean {
  return !socket.destroyed && socket.readable && socket.writable && !socket.readableEnded;
}

function open({ port, host = '127.0.0.1' }: RawClientOptions): Socket {
  const socket = connect({ port, host, noDelay: true });
  // Reported by 'close', which follows it.
  socket.on('error', () => undefined);
  return socket;
}
