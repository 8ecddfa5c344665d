import { ApiError } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { bigintText, createCursor, cutPage, exactTime } from './cursor.ts';

const cursor = createCursor('letters', z.tuple([bigintText, z.uuid()]));
const id = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11';

describe('cursors', () => {
  it('give back the key that they were made from, past 2^53 too', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.uuid(), (sort, uuid) => {
        expect(cursor.decode(cursor.encode([sort.toString(), uuid]))).toEqual([sort.toString(), uuid]);
      }),
      { seed: 20264 },
    );
  });

  it.each([
    ['text of another kind', 'abc'],
    ['JSON of another shape', Buffer.from('{"a":1}').toString('base64url')],
    ['another list’s', createCursor('numbers', z.tuple([bigintText, z.uuid()])).encode(['1', id])],
    [
      'a number past bigint',
      Buffer.from(`["letters",["9223372036854775808","${id}"]]`).toString('base64url'),
    ],
    ['a second spelling', Buffer.from(`["letters", ["1","${id}"]]`).toString('base64url')],
  ])('refuse %s as a bad request', (_, given) => {
    expect(() => cursor.decode(given)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: [expect.objectContaining({ path: 'query.cursor' })],
      }),
    );
    expect(() => cursor.decode(given)).toThrow(ApiError);
  });

  it('keep moments to the microsecond, and only such as PostgreSQL knows', () => {
    const times = createCursor('times', z.tuple([exactTime]));
    const moment = '2026-02-28T23:59:59.123456Z';
    expect(times.decode(times.encode([moment]))).toEqual([moment]);
    for (const wrong of [
      '0000-01-01T00:00:00.000000Z',
      '2026-02-29T00:00:00.000000Z',
      '2026-02-28T23:59:59Z',
    ]) {
      expect(() => times.decode(times.encode([wrong]))).toThrow(ApiError);
    }
  });

  it('stand only on pages that others follow', () => {
    const keyOf = (sort: string) => [sort, id] as [string, string];
    expect(cutPage(['1', '2', '3'], 2, cursor, keyOf)).toEqual({
      rows: ['1', '2'],
      nextCursor: cursor.encode(['2', id]),
    });
    expect(cutPage(['1', '2'], 2, cursor, keyOf)).toEqual({ rows: ['1', '2'], nextCursor: null });
    expect(cutPage([], 2, cursor, keyOf)).toEqual({ rows: [], nextCursor: null });
  });
});
