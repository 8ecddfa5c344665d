import { describe, expect, it } from '@jest/globals';
import { sniffMediaType } from './sniff-media-type.ts';
import { patternOf } from './testing.ts';

describe('the type of an upload', () => {
  it.each([
    ['image/jpeg', () => patternOf(8, 8).jpeg()],
    ['image/png', () => patternOf(8, 8).png()],
    ['image/webp', () => patternOf(8, 8).webp()],
    ['image/avif', () => patternOf(8, 8).avif({ effort: 0 })],
    ['image/gif', () => patternOf(8, 8).gif()],
  ])('is %s by its bytes', async (mediaType, make) => {
    expect(sniffMediaType(await make().toBuffer())).toBe(mediaType);
  });

  it.each([
    ['nothing', ''],
    ['half a signature', '\x89PN'],
    ['a text', 'hello'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a TIFF', 'II*\0\x08\0\0\0'],
    ['a PDF', '%PDF-1.7'],
    ['a WAVE, which is RIFF too', 'RIFF\x24\0\0\0WAVEfmt '],
    ['a HEIC, which is HEIF too', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['an MP4', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
    ['a brand that stands behind its box', '\0\0\0\x10ftypmp42\0\0\0\0avif'],
    ['an ftyp box without room for a brand', '\0\0\0\x08ftypavif'],
  ])('is none for %s', (_, bytes) => {
    expect(sniffMediaType(Buffer.from(bytes, 'latin1'))).toBeUndefined();
  });
});
