import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { murmurHash3 } from './murmur-hash3.ts';

/** Published vectors of the 32-bit x86 variant. */
const vectors: readonly (readonly [text: string, seed: number, hash: number])[] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['\0\0\0\0', 0, 0x2362f9de],
  ['\0\0\0', 0, 0x85f0b427],
  ['\0\0', 0, 0x30f4c306],
  ['\0', 0, 0x514e28b7],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aa', 0x9747b28c, 0x5d211726],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['abcd', 0x9747b28c, 0xf0478627],
  ['abc', 0x9747b28c, 0xc84a62dd],
  ['ab', 0x9747b28c, 0x74875592],
  ['test', 0, 0xba6bd213],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
];

describe('MurmurHash3', () => {
  it.each(vectors)('gives the published hash of %j with seed %i', (text, seed, hash) => {
    expect(murmurHash3(text, seed)).toBe(hash);
  });

  it('hashes the UTF-8 bytes of any text, as a plain reading of the algorithm does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(0xffffffff), (text, seed) => {
        expect(murmurHash3(text, seed)).toBe(byTheBook(Buffer.from(text, 'utf8'), seed));
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

/** With big integers, so that it shares no shift and no overflow with what it checks. */
function byTheBook(bytes: Buffer, seed: number): number {
  const mask = 0xffffffffn;
  const rotated = (value: bigint, by: bigint) => ((value << by) | (value >> (32n - by))) & mask;
  const scrambled = (block: bigint) => (rotated((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
  let hash = BigInt(seed);
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (rotated(hash ^ scrambled(BigInt(bytes.readUInt32LE(at))), 13n) * 5n + 0xe6546b64n) & mask;
  }
  let tail = 0n;
  for (let i = bytes.length - 1; i >= at; i--) tail = (tail << 8n) | BigInt(bytes[i] ?? 0);
  hash ^= scrambled(tail) ^ BigInt(bytes.length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}
