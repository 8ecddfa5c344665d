import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MalformedMessage, responseFraming } from './message.ts';
import { createMessageReader } from './message-reader.ts';

/** Feeds `wire` to a reader in pieces of the given lengths, the rest in one. */
function readAll(wire: string, lengths: readonly number[] = [], method = 'GET') {
  const messages: { startLine: string; body: string; trailers: string }[] = [];
  let startLine = '';
  let body = '';
  const reader = createMessageReader({
    onHead(head) {
      startLine = head.startLine;
      body = '';
      return responseFraming(head, method);
    },
    onData: (bytes) => {
      body += bytes.toString('latin1');
    },
    onEnd: (trailers) => void messages.push({ startLine, body, trailers: trailers.join() }),
  });
  let rest = Buffer.from(wire, 'latin1');
  for (const length of [...lengths, rest.length]) {
    reader.read(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return { messages, cut: reader.end() };
}

const twoAnswers =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\n\n\r\n0\r\nX-Sum: 4\r\n\r\n' +
  'HTTP/1.1 404 \r\ncontent-length: 4\r\n\r\n\r\n\r\n';

describe('message reader', () => {
  it('reads the same messages however their bytes are cut', () => {
    const whole = readAll(twoAnswers);
    expect(whole).toEqual({
      messages: [
        { startLine: 'HTTP/1.1 200 OK', body: 'abc\n', trailers: 'X-Sum,4' },
        { startLine: 'HTTP/1.1 404 ', body: '\r\n\r\n', trailers: '' },
      ],
      cut: 'nothing',
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (lengths) => {
        expect(readAll(twoAnswers, lengths)).toEqual(whole);
      }),
      { seed: 1 },
    );
  });

  it('never takes a part of a message for a whole one', () => {
    const one = twoAnswers.slice(0, twoAnswers.indexOf('HTTP/1.1 404'));
    for (let length = 1; length < one.length; length += 1) {
      const { messages, cut } = readAll(one.slice(0, length));
      expect({ length, messages: messages.length, cut }).toEqual({
        length,
        messages: 0,
        cut: expect.stringMatching(/head|body/),
      });
    }
  });

  it.each([
    ['a length beside chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n'],
    ['a signed length', 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n'],
    ['another transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nX-A: 1\nX-B: 2\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
  ])('refuses %s', (_, wire) => {
    expect(() => readAll(wire)).toThrow(MalformedMessage);
  });

  it('knows which answers have no body, whatever their headers say', () => {
    const wire = 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
    expect(readAll(wire).messages).toHaveLength(2);
    expect(readAll('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', [], 'HEAD').messages).toHaveLength(1);
  });

  it('ends a body without a length with its connection', () => {
    expect(readAll('HTTP/1.1 200 OK\r\n\r\nabc')).toMatchObject({
      messages: [{ body: 'abc' }],
      cut: 'nothing',
    });
  });
});
