import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMessageReader } from './message-reader.ts';

const stream = [
  'GET /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /',
  'POST /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n',
  'POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-trailer: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n\r\n',
].join('');

const startLines = [
  'GET /a HTTP/1.1',
  'POST /b HTTP/1.1',
  'POST /c HTTP/1.1',
  'POST /d HTTP/1.1',
  'HTTP/1.1 200 OK',
  'HTTP/1.1 404 Not Found',
];

function read(pieces: readonly string[]): string[] {
  const seen: string[] = [];
  const reader = createMessageReader((line) => seen.push(line));
  for (const piece of pieces) reader(Buffer.from(piece, 'latin1'));
  return seen;
}

describe('message reader', () => {
  it('finds every message, sized, chunked or empty, in one piece', () => {
    expect(read([stream])).toEqual(startLines);
  });

  it('finds the same messages wherever the network cuts the stream', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 40 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((edge, index) => stream.slice(edges[index], edge));
        expect(read(pieces)).toEqual(startLines);
      }),
      { seed: 7 },
    );
  });

  it('reports a message only once its body is whole', () => {
    expect(read(['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab'])).toEqual([]);
  });

  it('refuses a response that has no length', () => {
    expect(() => read(['HTTP/1.1 200 OK\r\n\r\n'])).toThrow('without a length');
  });
});
