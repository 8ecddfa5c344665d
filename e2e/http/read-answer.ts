import type { Socket } from 'node:net';
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

export interface AnswerEvents {
  readonly onInterim?: (head: Head) => void;
  readonly onHead?: (head: Head, framing: Framing['kind']) => void;
  readonly onData?: (bytes: Buffer) => void;
}

/** How an answer ended. `cut-off`: its connection ended before it did, as its framing tells. */
export type AnswerEnd =
  | { readonly kind: 'whole'; readonly trailers: readonly Header[]; readonly reusable: boolean }
  | { readonly kind: 'cut-off'; readonly where: 'before the head' | 'in the head' | 'in the body' }
  | { readonly kind: 'malformed'; readonly why: string };

const places = { nothing: 'before the head', head: 'in the head', body: 'in the body' } as const;

/** Reads one answer from a connection, as it comes. Never rejects; resolves at the latest when the connection closes. */
export function readAnswer(
  socket: Socket,
  requestMethod: string,
  events: AnswerEvents = {},
): Promise<AnswerEnd> {
  return new Promise((resolve) => {
    let final: { readonly head: Head; readonly framing: Framing['kind'] } | undefined;
    let trailers: readonly Header[] | undefined;

    const reader = createMessageReader({
      onHead(head) {
        if (trailers) throw new MalformedMessage('a second answer to one request');
        const framing = responseFraming(head, requestMethod);
        if (isInterim(head)) events.onInterim?.(head);
        else {
          final = { head, framing: framing.kind };
          events.onHead?.(head, framing.kind);
        }
        return framing;
      },
      onData: (bytes) => events.onData?.(bytes),
      onEnd(sent) {
        if (final) trailers = sent;
      },
    });

    function settle(end: AnswerEnd): void {
      socket.off('data', onData).off('close', onClose);
      resolve(end);
    }
    function onData(bytes: Buffer): void {
      try {
        reader.read(bytes);
        if (!trailers || !final) return;
        if (reader.end() !== 'nothing') throw new MalformedMessage('bytes after the answer');
        settle({ kind: 'whole', trailers, reusable: !saysClose(final.head) });
      } catch (error) {
        settle({ kind: 'malformed', why: error instanceof Error ? error.message : String(error) });
      }
    }
    function onClose(hadError: boolean): void {
      // A reset is no end: what has no other framing than the connection's close is cut off by it.
      const cut = final?.framing === 'until-close' && hadError ? 'body' : reader.end();
      if (trailers && cut === 'nothing') settle({ kind: 'whole', trailers, reusable: false });
      else settle({ kind: 'cut-off', where: places[cut] });
    }
    socket.on('data', onData).on('close', onClose);
  });
}

function isInterim(head: Head): boolean {
  const status = statusOf(head);
  return status < 200 && status !== 101;
}

function saysClose({ headers }: Head): boolean {
  return valuesOf(headers, 'connection').some((value) => value.toLowerCase().includes('close'));
}
