import { describe, expect, it } from '@jest/globals';
import { httpAnswer } from './http-answer.ts';

const read = (value: unknown) => httpAnswer(Buffer.from(JSON.stringify(value)));

describe('an answer in payload format 2.0', () => {
  it.each([['text'], [42], [null], [true], [{ message: 'hi' }], [[1, 2]]])(
    'that has no status code (%j) is the body of a 200',
    (value) => {
      expect(read(value)).toEqual({
        status: 200,
        headers: [['content-type', 'application/json']],
        body: Buffer.from(JSON.stringify(value)),
      });
    },
  );

  it('with a status code says all else too', () => {
    expect(
      read({
        statusCode: 201,
        headers: { 'Content-Type': 'text/html', 'X-Count': 3, 'X-Yes': true },
        cookies: ['a=1; Path=/', 'b=2'],
        body: 'aGk=',
        isBase64Encoded: true,
      }),
    ).toEqual({
      status: 201,
      headers: [
        ['Content-Type', 'text/html'],
        ['X-Count', '3'],
        ['X-Yes', 'true'],
        ['set-cookie', 'a=1; Path=/'],
        ['set-cookie', 'b=2'],
      ],
      body: Buffer.from('hi'),
    });
  });

  it('that has a body and no type is plain text', () => {
    expect(read({ statusCode: 200, body: 'hi' })?.headers).toEqual([
      ['content-type', 'text/plain;charset=UTF-8'],
    ]);
    expect(read({ statusCode: 204 })?.headers).toEqual([]);
  });

  it('has no say in what belongs to the connection', () => {
    const headers = { Connection: 'close', 'Transfer-Encoding': 'chunked', 'content-length': '7', date: 'x' };
    expect(read({ statusCode: 200, headers })?.headers).toEqual([]);
  });

  it.each([
    ['a status that is none', { statusCode: 99 }],
    ['an interim status', { statusCode: 101 }],
    ['a status beyond all', { statusCode: 600 }],
    ['a status in words', { statusCode: 'OK' }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['headers that are none', { statusCode: 200, headers: ['a'] }],
    ['a header of several values', { statusCode: 200, headers: { a: ['1', '2'] } }],
    ['a header that would split the answer', { statusCode: 200, headers: { a: '1\r\nb: 2' } }],
    ['a header whose name is none', { statusCode: 200, headers: { 'a b': '1' } }],
    ['a cookie that would split the answer', { statusCode: 200, cookies: ['a=1\r\nb: 2'] }],
    ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
  ])('with %s is malformed', (_, value) => {
    expect(read(value)).toBeUndefined();
  });

  it('that is not JSON is malformed', () => {
    expect(httpAnswer(Buffer.from('<html>'))).toBeUndefined();
  });
});
