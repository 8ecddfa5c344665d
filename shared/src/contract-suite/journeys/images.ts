import { strict as assert } from 'node:assert';
import { crc32 } from 'node:zlib';
import { imageVariant, imageVariants } from '../../images/image.ts';
import type { ContractCase } from '../contract-case.ts';
import { expectError } from '../expectations.ts';
import { pngOf } from '../png.ts';
import type { World } from '../world.ts';

export function imageJourneys(world: World): ContractCase[] {
  const { call, succeed, raw } = world;
  const newVariant = async () => ({ id: (await world.newImage()).id, variant: 'full' });
  const fetchVariant = async (headers: Readonly<Record<string, string>>) =>
    raw('getImageVariant', { params: await newVariant(), headers });

  return [
    ...(
      [
        ['image/avif,image/webp,*/*;q=0.8', 'image/avif'],
        ['image/webp,*/*', 'image/webp'],
        ['image/webp;q=0.5,image/jpeg', 'image/jpeg'],
        ['*/*', 'image/jpeg'],
        ['image/avif;q=0,image/webp;q=0.1', 'image/webp'],
      ] as const
    ).map(([accept, expected]) => ({
      route: 'getImageVariant' as const,
      name: `serves ${expected} to Accept: ${accept}`,
      run: async () => {
        const answer = await fetchVariant({ accept });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-type'), expected);
        assert.match(answer.headers.get('vary') ?? '', /\baccept\b/i);
      },
    })),
    {
      route: 'getImageVariant',
      name: 'refuses an Accept that takes no image',
      run: async () => void expectError(await fetchVariant({ accept: 'text/html' }), 'not_acceptable'),
    },
    {
      route: 'getImageVariant',
      name: 'answers 304 to its own ETag, and the whole to another',
      run: async () => {
        const params = await newVariant();
        const first = await raw('getImageVariant', { params });
        const etag = first.headers.get('etag') ?? assert.fail('a variant has no ETag');
        const same = await raw('getImageVariant', { params, headers: { 'if-none-match': etag } });
        assert.equal(same.status, 304);
        assert.equal(same.headers.get('etag'), etag);
        assert.equal(same.text, '');
        const other = await raw('getImageVariant', { params, headers: { 'if-none-match': '"other"' } });
        assert.equal(other.status, 200);
      },
    },
    {
      route: 'getImageVariant',
      name: 'serves the part that Range asks for, and no part past the end',
      run: async () => {
        const params = await newVariant();
        const whole = await raw('getImageVariant', { params });
        const length = Number(whole.headers.get('content-length'));
        const part = await raw('getImageVariant', { params, headers: { range: 'bytes=10-19' } });
        assert.equal(part.status, 206);
        assert.equal(part.headers.get('content-range'), `bytes 10-19/${length}`);
        assert.equal(part.headers.get('content-length'), '10');
        const past = await raw('getImageVariant', { params, headers: { range: `bytes=${length}-` } });
        expectError(past, 'range_not_satisfiable');
        assert.equal(past.headers.get('content-range'), `bytes */${length}`);
      },
    },
    {
      route: 'createImage',
      name: 'keeps every variant within its size, and enlarges none',
      run: async () => {
        const accessToken = await world.ownerToken();
        const file = pngOf(900, 300, [1, 2, 3]);
        const { body, headers } = await succeed('createImage', { form: { file } }, { accessToken });
        assert.deepEqual([body.width, body.height], [900, 300]);
        assert.equal(headers.get('location'), `/api/images/${body.id}`);
        for (const [variant, { maxPixels }] of Object.entries(imageVariants)) {
          const params = { id: body.id, variant: imageVariant.parse(variant) };
          const answer = await succeed('getImageVariant', { params }, { headers: { accept: 'image/jpeg' } });
          assert.ok(answer.status === 200);
          const [width, height] = jpegSize(Buffer.from(await answer.body.arrayBuffer()));
          const expected = Math.min(900, maxPixels);
          assert.deepEqual([width, height], [expected, Math.round(expected / 3)], variant);
        }
      },
    },
    ...(
      [
        ['text', 'image/png', 'not an image', [415, 422]],
        ['an SVG', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>', [415, 422]],
        ['a PNG of nothing but its signature', 'image/png', '\x89PNG\r\n\x1a\n', [415, 422]],
      ] as const
    ).map(([what, type, content, statuses]) => ({
      route: 'createImage' as const,
      name: `refuses ${what}`,
      run: async () => {
        const file = new Blob([Buffer.from(content, 'latin1')], { type });
        const refused = await call(
          'createImage',
          { form: { file } },
          { accessToken: await world.ownerToken() },
        );
        assert.ok(
          statuses.some((status) => status === refused.status),
          `got ${refused.status}`,
        );
      },
    })),
    {
      route: 'createImage',
      name: 'refuses a pixel bomb by what its header says',
      run: async () => {
        const bytes = Buffer.from(await pngOf(4, 4, [0, 0, 0]).arrayBuffer());
        bytes.writeUInt32BE(50_000, 16);
        bytes.writeUInt32BE(50_000, 20);
        bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
        const file = new Blob([bytes], { type: 'image/png' });
        const refused = await call(
          'createImage',
          { form: { file } },
          { accessToken: await world.ownerToken() },
        );
        assert.ok([413, 422].includes(refused.status), `got ${refused.status}`);
      },
    },
    {
      route: 'deleteImage',
      name: 'deletes the image with all its variants',
      run: async () => {
        const accessToken = await world.ownerToken();
        const { id } = await world.newImage();
        await succeed('deleteImage', { params: { id } }, { accessToken });
        assert.equal((await call('getImage', { params: { id } }, { accessToken })).status, 404);
        assert.equal((await call('getImageVariant', { params: { id, variant: 'thumb' } })).status, 404);
        assert.equal((await call('deleteImage', { params: { id } }, { accessToken })).status, 404);
      },
    },
    {
      route: 'putMyPhoto',
      name: 'replaces my photo: the old one is gone, the new one is mine',
      run: async () => {
        const { accessToken } = (await world.newAccount()).session;
        const put = async (red: number) =>
          (await succeed('putMyPhoto', { form: { file: pngOf(20, 20, [red, 0, 0]) } }, { accessToken })).body
            .photo;
        const first = await put(1);
        const second = await put(2);
        assert.deepEqual((await succeed('getMe', {}, { accessToken })).body.photo, second);
        const gone = await call('getImageVariant', { params: { id: first.id, variant: 'thumb' } });
        assert.equal(gone.status, 404);
        await succeed('deleteMyPhoto', {}, { accessToken });
        assert.equal((await succeed('getMe', {}, { accessToken })).body.photo, null);
      },
    },
  ];
}

/** From the frame header (ITU-T T.81, B.2.2). */
function jpegSize(bytes: Buffer): readonly [width: number, height: number] {
  for (let at = 2; at + 9 < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
  }
  return assert.fail('the bytes are no JPEG');
}
