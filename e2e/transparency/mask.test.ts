import { describe, expect, it } from '@jest/globals';
import type { Header } from '../http/message.ts';
import type { RawResponse } from '../http/raw-client.ts';
import { maskDate, maskRequestId, maskVolatile } from './mask.ts';

function answer(headers: readonly Header[], body: string): RawResponse {
  const head = { startLine: 'HTTP/1.1 201 Created', headers };
  return { interim: [], head, framing: 'sized', body: Buffer.from(body), trailers: [] };
}
const seen = ({ head, body }: RawResponse) => ({ headers: head.headers, body: body.toString() });

describe('masks', () => {
  it('take the date’s value, and leave its name and place', () => {
    const masked = maskDate(
      answer(
        [
          ['A', '1'],
          ['dATE', 'Sun'],
          ['B', '2'],
        ],
        '',
      ),
    );
    expect(seen(masked).headers).toEqual([
      ['A', '1'],
      ['dATE', 'masked'],
      ['B', '2'],
    ]);
  });

  it('take a request id wherever it stands', () => {
    const masked = maskRequestId(
      answer([['X-Request-Id', 'id-1']], '{"error":{"requestId":"id-1","code":"id"}}'),
    );
    expect(seen(masked)).toEqual({
      headers: [['X-Request-Id', 'masked']],
      body: '{"error":{"requestId":"masked","code":"id"}}',
    });
  });

  it('take volatile fields alone, and leave every other byte', () => {
    const id = 'b3b5f0a4-6d1e-4d0c-9a55-0d6c6c1f3a10';
    const body = ` {"id":"${id}","items":[{"n":1,"at":"x"},{"n":2,"at":"y"}],"n":1,"name": "ü"}\n`;
    const headers: Header[] = [
      ['Location', `/api/things/${id}`],
      ['Content-Length', '99'],
      ['ETag', '"1"'],
    ];
    expect(seen(maskVolatile(['id', 'items[].at'])(answer(headers, body)))).toEqual({
      headers: [
        ['Location', '/api/things/masked'],
        ['Content-Length', 'masked'],
        ['ETag', '"1"'],
      ],
      body: ' {"id":"masked","items":[{"n":1,"at":"masked"},{"n":2,"at":"masked"}],"n":1,"name": "ü"}\n',
    });
  });

  it('leave bodies that are no JSON as they are, down to the byte', () => {
    const binary = { ...answer([], ''), body: Buffer.of(0, 255, 128, 13, 10) };
    expect(maskVolatile(['id'])(maskRequestId(maskDate(binary))).body).toEqual(binary.body);
  });
});
