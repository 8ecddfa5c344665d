import { type Framing, type Head, type Header, MalformedMessage } from './message.ts';
import { parseHead, parseTrailers } from './parse-head.ts';

export interface MessageEvents {
  /** A head has arrived whole; says how its body ends. */
  readonly onHead: (head: Head) => Framing;
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: (trailers: readonly Header[]) => void;
}

export interface MessageReader {
  /** @throws MalformedMessage */
  readonly read: (bytes: Buffer) => void;
  /** The connection was ended. Says what that cut off, if anything: a body until close ends well here. */
  readonly end: () => 'nothing' | 'head' | 'body';
}

type State = 'head' | 'sized' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'until-close';

/** More than any test sends; a bound, so that a missing line end is an error and no endless wait. */
const maxHeadBytes = 256 * 1024;

/**
 * Reads messages one after another from one connection, strictly: it exists to see what servers really send, and
 * forgives nothing that an ordinary client would overlook.
 */
export function createMessageReader(events: MessageEvents): MessageReader {
  let state: State = 'head';
  let bytesLeft = 0;
  let unread: Buffer = Buffer.alloc(0);

  function begin(framing: Framing): void {
    bytesLeft = framing.kind === 'sized' ? framing.bytes : 0;
    if (framing.kind === 'none' || (framing.kind === 'sized' && bytesLeft === 0)) finish([]);
    else state = framing.kind === 'chunked' ? 'chunk-size' : framing.kind;
  }

  function finish(trailers: readonly Header[]): void {
    state = 'head';
    events.onEnd(trailers);
  }

  /** The text up to `mark`, or undefined if that has not arrived. */
  function textUntil(bytes: Buffer, mark: string): string | undefined {
    const end = bytes.indexOf(mark, 0, 'latin1');
    if (end >= 0) return bytes.toString('latin1', 0, end);
    if (bytes.length > maxHeadBytes) throw new MalformedMessage(`no line end in ${bytes.length} bytes`);
    return undefined;
  }

  function readData(bytes: Buffer): number {
    const taken = state === 'until-close' ? bytes : bytes.subarray(0, bytesLeft);
    bytesLeft -= taken.length;
    events.onData(taken);
    if (bytesLeft === 0 && state === 'sized') finish([]);
    else if (bytesLeft === 0 && state === 'chunk-data') state = 'chunk-end';
    return taken.length;
  }

  function readChunkSize(bytes: Buffer): number | undefined {
    const line = textUntil(bytes, '\r\n');
    if (line === undefined) return undefined;
    const size = /^([0-9a-fA-F]{1,8})(?:;.*)?$/.exec(line)?.[1];
    if (size === undefined) throw new MalformedMessage(`not a chunk size: ${JSON.stringify(line)}`);
    bytesLeft = Number.parseInt(size, 16);
    state = bytesLeft === 0 ? 'trailers' : 'chunk-data';
    return line.length + 2;
  }

  function readTrailers(bytes: Buffer): number | undefined {
    if (bytes.length >= 2 && bytes.toString('latin1', 0, 2) === '\r\n') {
      finish([]);
      return 2;
    }
    const text = textUntil(bytes, '\r\n\r\n');
    if (text === undefined) return undefined;
    finish(parseTrailers(text));
    return text.length + 4;
  }

  function readHead(bytes: Buffer): number | undefined {
    const text = textUntil(bytes, '\r\n\r\n');
    if (text === undefined) return undefined;
    begin(events.onHead(parseHead(text)));
    return text.length + 4;
  }

  function readChunkEnd(bytes: Buffer): number | undefined {
    if (bytes.length < 2) return undefined;
    if (bytes.toString('latin1', 0, 2) !== '\r\n')
      throw new MalformedMessage('a chunk is longer than its size');
    state = 'chunk-size';
    return 2;
  }

  const steps: Record<State, (bytes: Buffer) => number | undefined> = {
    head: readHead,
    sized: readData,
    'chunk-size': readChunkSize,
    'chunk-data': readData,
    'chunk-end': readChunkEnd,
    trailers: readTrailers,
    'until-close': readData,
  };

  return {
    read(arrived) {
      let rest = unread.length === 0 ? arrived : Buffer.concat([unread, arrived]);
      unread = Buffer.alloc(0);
      while (rest.length > 0) {
        const taken = steps[state](rest);
        if (taken === undefined) {
          unread = rest;
          return;
        }
        rest = rest.subarray(taken);
      }
    },
    end() {
      if (state === 'until-close') finish([]);
      else if (state !== 'head') return 'body';
      return unread.length > 0 ? 'head' : 'nothing';
    },
  };
}
