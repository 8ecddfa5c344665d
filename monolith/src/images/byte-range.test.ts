import { describe, expect, it } from '@jest/globals';
import { parseByteRange } from './byte-range.ts';

describe('the part that a Range asks for', () => {
  it.each([
    ['bytes=0-0', [0, 0]],
    ['bytes=0-', [0, 99]],
    ['bytes=99-', [99, 99]],
    ['bytes=10-19', [10, 19]],
    ['bytes=90-1000', [90, 99]],
    ['bytes=-1', [99, 99]],
    ['bytes=-100', [0, 99]],
    ['bytes=-1000', [0, 99]],
    ['Bytes = 5-6', [5, 6]],
    [`bytes=0-${'9'.repeat(400)}`, [0, 99]],
  ])('of 100 bytes is for %s %j', (range, [start, end]) => {
    expect(parseByteRange(range, 100)).toEqual({ start, end });
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
    'is not there for %s',
    (range) => {
      expect(parseByteRange(range, 100)).toBe('unsatisfiable');
    },
  );

  it.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=2-1',
    'bytes=0-1,5-6',
    'items=0-5',
    'bytes=a-b',
    'bytes=0x1-2',
  ])('is the whole for %s', (range) => expect(parseByteRange(range, 100)).toBeUndefined());
});
