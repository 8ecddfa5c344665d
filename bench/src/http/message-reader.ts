/**
 * Splits a byte stream into HTTP/1.1 messages, requests and responses alike, and reports each one's start line.
 *
 * Written for this bench's own two ends, whose messages are well-formed: it is no general parser, and refuses what
 * it doesn't understand rather than guess. It exists because a full HTTP stack at either end would cost more per
 * request than the faster proxies do, and would then be what is measured.
 */
export type MessageReader = (bytes: Buffer) => void;

const headEnd = '\r\n\r\n';
const contentLength = /\r\ncontent-length: *(\d+)/i;
const chunkedCoding = /\r\ntransfer-encoding: *chunked/i;

type State = 'head' | 'sized-body' | 'chunk-size' | 'chunk-data' | 'trailers';

/** `onMessage` is called once a message has arrived whole. Throws on a message that has no readable framing. */
export function createMessageReader(onMessage: (startLine: string) => void): MessageReader {
  let state: State = 'head';
  let startLine = '';
  let bodyBytesLeft = 0;
  let unread: Buffer | undefined;

  function finish(): void {
    state = 'head';
    onMessage(startLine);
  }

  /** Returns the offset after the head, or -1 if it has not arrived whole. */
  function readHead(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(headEnd, from, 'latin1');
    if (end < 0) return -1;
    const head = bytes.toString('latin1', from, end);
    startLine = head.slice(0, head.indexOf('\r\n'));
    const length = contentLength.exec(head)?.[1];
    if (length !== undefined) {
      bodyBytesLeft = Number(length);
      if (bodyBytesLeft === 0) finish();
      else state = 'sized-body';
    } else if (chunkedCoding.test(head)) {
      state = 'chunk-size';
    } else if (startLine.startsWith('HTTP/')) {
      throw new Error(`a response without a length: ${startLine}`);
    } else {
      finish();
    }
    return end + headEnd.length;
  }

  function readChunkSize(bytes: Buffer, from: number): number {
    const end = bytes.indexOf('\r\n', from, 'latin1');
    if (end < 0) return -1;
    const size = Number.parseInt(bytes.toString('latin1', from, end), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    bodyBytesLeft = size + 2;
    state = size === 0 ? 'trailers' : 'chunk-data';
    return end + 2;
  }

  function readTrailers(bytes: Buffer, from: number): number {
    const end = bytes.indexOf('\r\n', from, 'latin1');
    if (end < 0) return -1;
    if (end === from) finish();
    return end + 2;
  }

  function readBody(bytes: Buffer, from: number): number {
    const taken = Math.min(bodyBytesLeft, bytes.length - from);
    bodyBytesLeft -= taken;
    if (bodyBytesLeft === 0) {
      if (state === 'sized-body') finish();
      else state = 'chunk-size';
    }
    return from + taken;
  }

  function step(bytes: Buffer, from: number): number {
    switch (state) {
      case 'head':
        return readHead(bytes, from);
      case 'chunk-size':
        return readChunkSize(bytes, from);
      case 'trailers':
        return readTrailers(bytes, from);
      default:
        return readBody(bytes, from);
    }
  }

  return (arrived) => {
    const bytes = unread === undefined ? arrived : Buffer.concat([unread, arrived]);
    unread = undefined;
    let offset = 0;
    while (offset < bytes.length) {
      const next = step(bytes, offset);
      if (next < 0) {
        unread = bytes.subarray(offset);
        return;
      }
      offset = next;
    }
  };
}
