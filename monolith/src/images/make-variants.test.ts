import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import type { ImageFormat } from './image-format.ts';
import { judgeUpload } from './judge-upload.ts';
import { makeVariants, restrictSharp } from './make-variants.ts';
import { avifThatClaims, middleOf, patternOf, pngThatClaims, solid } from './testing.ts';

beforeAll(() => restrictSharp());

async function variantsOf(upload: Uint8Array) {
  const made = await makeVariants(await judgeUpload(upload));
  const file = (variant: string, format: ImageFormat): Buffer => {
    const found = made.files.find((each) => each.variant === variant && each.format === format);
    if (found === undefined) throw new Error(`there is no ${variant}.${format}`);
    return found.bytes;
  };
  return { ...made, file };
}

function expectColour(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [channel, value] of expected.entries()) {
    expect(Math.abs((actual[channel] ?? Number.NaN) - value)).toBeLessThanOrEqual(8);
  }
}

describe('variants', () => {
  it.each([
    ['JPEG', () => solid(2000, 1000, '#336699').jpeg()],
    ['progressive JPEG', () => solid(2000, 1000, '#336699').jpeg({ progressive: true })],
    ['PNG', () => solid(2000, 1000, '#336699').png()],
    ['interlaced PNG', () => solid(2000, 1000, '#336699').png({ progressive: true })],
    ['WebP', () => solid(2000, 1000, '#336699').webp({ effort: 0 })],
    ['AVIF', () => solid(2000, 1000, '#336699').avif({ effort: 0 })],
    ['GIF', () => solid(2000, 1000, '#336699').gif({ effort: 1 })],
  ])('of a %s are made in three sizes, each in three formats', async (_, upload) => {
    const { width, height, files } = await variantsOf(await upload().toBuffer());
    expect([width, height]).toEqual([1600, 800]);
    const made = await Promise.all(
      files.map(async ({ variant, format, bytes }) => {
        const header = await sharp(bytes).metadata();
        return `${variant}.${format} ${header.format} ${header.width}×${header.height}`;
      }),
    );
    expect(made.sort()).toEqual(
      ['card 640×320', 'full 1600×800', 'thumb 160×80'].flatMap((line) => {
        const [variant, size] = line.split(' ');
        return [
          `${variant}.avif heif ${size}`,
          `${variant}.jpg jpeg ${size}`,
          `${variant}.webp webp ${size}`,
        ];
      }),
    );
  });

  it('are never larger than the upload', async () => {
    const { width, height, file } = await variantsOf(await patternOf(120, 90).png().toBuffer());
    expect([width, height]).toEqual([120, 90]);
    expect(await sharp(file('thumb', 'webp')).metadata()).toMatchObject({ width: 120, height: 90 });
  });

  it('of a line one pixel wide are a line', async () => {
    const { width, height } = await variantsOf(await solid(1, 5_000, '#336699').png().toBuffer());
    expect([width, height]).toEqual([1, 1600]);
  });

  it('stand upright, by the orientation that the camera noted', async () => {
    const upload = await patternOf(300, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { width, height, file } = await variantsOf(upload);
    expect([width, height]).toEqual([200, 300]);
    expect((await sharp(file('full', 'jpg')).metadata()).orientation).toBeUndefined();
  });

  it('carry no metadata: no place, no camera, no profile, no comment', async () => {
    const upload = await patternOf(300, 200)
      .withExif({
        IFD0: { Make: 'Secretcam' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
      })
      .withIccProfile('p3')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Secretcam</x:xmpmeta>')
      .jpeg()
      .toBuffer();
    expect(upload.includes('Secretcam')).toBe(true);
    for (const { bytes } of (await variantsOf(upload)).files) {
      const { exif, icc, xmp, iptc, comments } = await sharp(bytes).metadata();
      expect([exif, icc, xmp, iptc, comments].filter((part) => part !== undefined)).toEqual([]);
      expect(bytes.includes('Secretcam')).toBe(false);
    }
  });

  it('are in sRGB, whatever profile the upload was in', async () => {
    // The same green has other numbers in Display P3; read as if they were sRGB it would look paler.
    const upload = await solid(64, 64, '#20c040').withIccProfile('p3').png().toBuffer();
    expect((await sharp(upload).metadata()).icc).toBeDefined();
    expectColour(await middleOf((await variantsOf(upload)).file('full', 'jpg')), [0x20, 0xc0, 0x40]);
  });

  it.each([
    ['CMYK', () => solid(64, 64, '#d03020').toColourspace('cmyk').jpeg({ quality: 95 }), [0xd0, 0x30, 0x20]],
    ['16-bit', () => solid(64, 64, '#d03020').toColourspace('rgb16').png(), [0xd0, 0x30, 0x20]],
    ['palette', () => solid(64, 64, '#d03020').png({ palette: true }), [0xd0, 0x30, 0x20]],
    ['16-bit grey', () => solid(64, 64, '#909090').toColourspace('grey16').png(), [0x90, 0x90, 0x90]],
  ])('of a %s image have its colours', async (name, upload, colour) => {
    const { file } = await variantsOf(await upload().toBuffer());
    const tolerated = name === 'CMYK' ? 40 : 8;
    for (const format of ['jpg', 'webp', 'avif'] as const) {
      const shown = await middleOf(await sharp(file('card', format)).toColourspace('srgb').png().toBuffer());
      for (const [channel, value] of (shown.length === 1 ? [0x90] : colour).entries()) {
        expect(Math.abs((shown[channel] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerated);
      }
    }
  });

  it('keep what is transparent, and show it white as JPEG', async () => {
    const { file } = await variantsOf(await solid(64, 64, '#00000000').png().toBuffer());
    expectColour(await middleOf(file('thumb', 'jpg')), [255, 255, 255]);
    for (const format of ['webp', 'avif'] as const)
      expect((await middleOf(file('thumb', format)))[3]).toBe(0);
  });

  it.each(['gif', 'webp'] as const)('of an animated %s show the first frame', async (format) => {
    const frames = await Promise.all(
      ['#ff0000', '#00ff00', '#0000ff'].map((colour) => solid(40, 30, colour).png().toBuffer()),
    );
    const upload = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    expect((await sharp(upload).metadata()).pages).toBe(3);
    const { width, height, file } = await variantsOf(upload);
    expect([width, height]).toEqual([40, 30]);
    expectColour(await middleOf(file('full', 'jpg')), [254, 0, 0]);
    expect((await sharp(file('full', 'webp')).metadata()).pages).toBeUndefined();
  });

  it('have nothing of what a polyglot brought beside its pixels', async () => {
    const jpeg = await patternOf(300, 200).jpeg().toBuffer();
    const script = '<script>alert(document.cookie)</script>';
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), Buffer.from(script)]);
    const upload = Buffer.concat([
      jpeg.subarray(0, 2),
      comment,
      jpeg.subarray(2),
      Buffer.from(`PK\x03\x04${script}`),
    ]);
    for (const { bytes } of (await variantsOf(upload)).files) {
      expect(bytes.includes('script')).toBe(false);
      expect(bytes.includes('PK\x03\x04')).toBe(false);
    }
  });
});

describe('an upload is refused', () => {
  it.each([
    [
      'an SVG',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>',
    ],
    ['an SVG behind an XML declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['nothing', ''],
    ['a text', 'no image'],
  ])('that is %s, as of a type that is not taken', async (_, bytes) => {
    await expect(judgeUpload(Buffer.from(bytes))).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each([
    ['50,000 × 50,000 pixels', 50_000, 50_000],
    ['one pixel more than the most', 10_000, 5_001],
    ['a line of 60 million pixels', 1, 60_000_000],
  ])('that claims %s, by its header alone', async (_, width, height) => {
    await expect(judgeUpload(pngThatClaims(width, height))).rejects.toMatchObject({
      code: 'payload_too_large',
      status: 413,
    });
  });

  it('that is an AVIF of more pixels than its decoder can be trusted with', async () => {
    const upload = avifThatClaims(await patternOf(16, 16).avif({ effort: 0 }).toBuffer(), 6_000, 4_200);
    await expect(judgeUpload(upload)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('that claims more pixels than a number holds', async () => {
    await expect(judgeUpload(pngThatClaims(0x7f_ff_ff_ff, 0x7f_ff_ff_ff))).rejects.toMatchObject({
      code: 'unprocessable_image',
    });
  });

  it('that claims pixels which it does not have', async () => {
    await expect(variantsOf(pngThatClaims(4_000, 4_000))).rejects.toMatchObject({
      code: 'unprocessable_image',
    });
  });

  it.each([
    ['jpeg', () => patternOf(300, 200).jpeg()],
    ['progressive jpeg', () => patternOf(300, 200).jpeg({ progressive: true })],
    ['png', () => patternOf(300, 200).png()],
    ['webp', () => patternOf(300, 200).webp()],
    ['avif', () => patternOf(300, 200).avif({ effort: 0 })],
    ['gif', () => patternOf(300, 200).gif({ effort: 1 })],
  ])('where a %s was cut off, wherever that is', async (_, upload) => {
    const whole = await upload().toBuffer();
    for (const part of [0.01, 0.1, 0.5, 0.9, 0.98]) {
      const cut = whole.subarray(0, Math.max(16, Math.floor(whole.length * part)));
      await expect(variantsOf(cut)).rejects.toMatchObject({
        code: expect.stringMatching(/^unprocessable_image|unsupported_media_type$/),
      });
    }
  });

  it('or made into variants, whatever bytes in it are broken: nothing else happens', async () => {
    const wholes = await Promise.all([
      patternOf(60, 40).jpeg().toBuffer(),
      patternOf(60, 40).png().toBuffer(),
      patternOf(60, 40).webp().toBuffer(),
      patternOf(60, 40).gif({ effort: 1 }).toBuffer(),
      patternOf(60, 40).avif({ effort: 0 }).toBuffer(),
    ]);
    const breaks = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...wholes), breaks, async (whole, broken) => {
        const bytes = Buffer.from(whole);
        for (const [place, value] of broken) bytes[Math.floor(place * bytes.length)] = value;
        const outcome = await variantsOf(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({
            code: expect.stringMatching(/^(unprocessable_image|unsupported_media_type|payload_too_large)$/),
          });
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
