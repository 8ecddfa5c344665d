import { readdir } from 'node:fs/promises';
import { routes } from '@banyan/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import request, { type Test } from 'supertest';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { call, logIn, type TestUser } from '../waitlists/testing-app.ts';
import { patternOf, pngThatClaims } from './testing.ts';

let app: TestApp;
let ada: TestUser;
let eve: TestUser;
let png: Buffer;
let wide: Buffer;

beforeAll(async () => {
  app = await startTestApp();
  png = await patternOf(120, 40).png().toBuffer();
  wide = await patternOf(900, 300).png().toBuffer();
});
afterAll(() => app.stop());
beforeEach(async () => {
  [ada, eve] = [await logIn(app), await logIn(app)];
});

function upload(bytes: Buffer, { user = ada, type = 'image/png' } = {}): Test {
  return request(app.url)
    .post('/api/images')
    .set('authorization', `Bearer ${user.token}`)
    .attach('image', bytes, { filename: 'x', contentType: type });
}

function putPhoto(bytes: Buffer): Test {
  return request(app.url)
    .put('/api/me/photo')
    .set('authorization', `Bearer ${ada.token}`)
    .attach('photo', bytes, { filename: 'x', contentType: 'image/png' });
}

async function newImage(bytes = png): Promise<{ id: string }> {
  const response = await upload(bytes);
  expect(response.status).toBe(201);
  return response.body;
}

function fetchVariant(id: string, headers: Record<string, string> = {}, variant = 'card'): Test {
  return request(app.url).get(`/api/images/${id}/${variant}`).set(headers).responseType('blob');
}

async function filesOnDisk(id: string): Promise<string[]> {
  const names = await readdir(app.config.uploadsDir, { recursive: true });
  return names.filter((name) => name.includes(`${id}/`));
}

describe('images over HTTP', () => {
  it('are uploaded, read and deleted by their owner, with all their files', async () => {
    const created = await upload(wide);
    const { id } = routes.createImage.answers[201].schema.parse(created.body);
    expect(created.body).toMatchObject({
      width: 900,
      height: 300,
      links: { card: `/api/images/${id}/card` },
    });
    expect(created.headers.location).toBe(`/api/images/${id}`);
    expect(await filesOnDisk(id)).toHaveLength(9);
    expect((await call(app, 'getImage', { user: ada, params: { id } })).body).toEqual(created.body);
    expect((await call(app, 'deleteImage', { user: ada, params: { id } })).status).toBe(204);
    expect(await filesOnDisk(id)).toEqual([]);
    expect((await call(app, 'getImage', { user: ada, params: { id } })).status).toBe(404);
    expect((await fetchVariant(id)).status).toBe(404);
  });

  it('are not there for another user, who can neither read nor delete them', async () => {
    const { id } = await newImage();
    expect((await call(app, 'getImage', { user: eve, params: { id } })).status).toBe(404);
    expect((await call(app, 'deleteImage', { user: eve, params: { id } })).status).toBe(404);
    expect((await fetchVariant(id)).status).toBe(200);
  });

  it('are judged by their bytes, not by the type that is declared', async () => {
    expect((await upload(png, { type: 'image/svg+xml' })).status).toBe(201);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    expect((await upload(svg, { type: 'image/png' })).status).toBe(415);
    expect((await upload(Buffer.alloc(0))).status).toBe(415);
    expect((await upload(pngThatClaims(50_000, 50_000))).status).toBe(413);
    expect((await upload(png.subarray(0, 400))).status).toBe(422);
  });

  it('that are refused leave neither row nor file', async () => {
    await upload(png.subarray(0, 400));
    expect(await app.db('images').where({ owner_id: ada.id })).toEqual([]);
    expect(await readdir(`${app.config.uploadsDir}/.staged`)).toEqual([]);
  });

  it('are stored once for one key, whose answer is given again', async () => {
    const [first, second] = [
      await upload(png).set('idempotency-key', 'once-and-no-more'),
      await upload(png).set('idempotency-key', 'once-and-no-more'),
    ];
    expect(second.body).toEqual(first.body);
    expect(await app.db('images').where({ owner_id: ada.id })).toHaveLength(1);
  });

  it('are stored once for one key also when both requests are under way at once', async () => {
    const keyed = () => upload(png).set('idempotency-key', 'both-at-once-now');
    const answers = await Promise.all([keyed(), keyed()]);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(await app.db('images').where({ owner_id: ada.id })).toHaveLength(1);
    expect(await readdir(`${app.config.uploadsDir}/.staged`)).toEqual([]);
  });
});

describe('a variant over HTTP', () => {
  let id: string;
  beforeAll(async () => {
    ada = await logIn(app);
    id = (await newImage(wide)).id;
  });

  it.each([
    ['*/*', 'image/jpeg', 'jpeg'],
    ['image/webp,*/*', 'image/webp', 'webp'],
    ['image/avif,image/webp,*/*;q=0.8', 'image/avif', 'heif'],
  ])('is for Accept: %s the bytes of %s', async (accept, type, format) => {
    const response = await fetchVariant(id, { accept });
    expect(response.headers).toMatchObject({
      'content-type': type,
      vary: 'Accept',
      'cache-control': 'public, max-age=300',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-length': String(response.body.length),
    });
    expect(await sharp(response.body).metadata()).toMatchObject({ format, width: 640, height: 213 });
  });

  it('is refused where no image is accepted, and no cache mixes that up', async () => {
    const response = await fetchVariant(id, { accept: 'text/html' });
    expect([response.status, response.headers.vary]).toEqual([406, 'Accept']);
  });

  it('is the same for an id in upper case', async () => {
    expect((await fetchVariant(id.toUpperCase())).status).toBe(200);
  });

  it('has an ETag for each of its forms, and is sent again only when it is another', async () => {
    const tags = new Set<string>();
    for (const accept of ['image/jpeg', 'image/webp', 'image/avif']) {
      for (const variant of ['thumb', 'card', 'full']) {
        tags.add((await fetchVariant(id, { accept }, variant)).headers.etag ?? '');
      }
    }
    expect(tags.size).toBe(9);
    const { etag = '' } = (await fetchVariant(id)).headers;
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await fetchVariant(id, { 'if-none-match': known });
      expect([response.status, response.headers.etag, response.body.length]).toEqual([304, etag, 0]);
      expect(response.headers).toMatchObject({ vary: 'Accept', 'cache-control': 'public, max-age=300' });
    }
    for (const other of ['"other"', etag.slice(1, -1)]) {
      expect((await fetchVariant(id, { 'if-none-match': other })).status).toBe(200);
    }
  });

  it('comes in parts, each the bytes of the whole', async () => {
    const whole = await fetchVariant(id);
    const size = whole.body.length;
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 0],
      ['bytes=10-19', 10, 19],
      [`bytes=${size - 5}-`, size - 5, size - 1],
      ['bytes=-7', size - 7, size - 1],
      [`bytes=-${size * 2}`, 0, size - 1],
      [`bytes=5-${size * 2}`, 5, size - 1],
    ] as const) {
      const part = await fetchVariant(id, { range });
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${start}-${end}/${size}`]);
      expect(part.headers['content-length']).toBe(String(end - start + 1));
      expect(part.body.equals(whole.body.subarray(start, end + 1))).toBe(true);
    }
  });

  it('has no part past its end', async () => {
    const size = (await fetchVariant(id)).body.length;
    for (const range of [`bytes=${size}-`, 'bytes=-0']) {
      const response = await fetchVariant(id, { range });
      expect([response.status, response.headers['content-range']]).toEqual([416, `bytes */${size}`]);
      expect(response.headers.etag).toBeUndefined();
    }
  });

  it.each(['bytes=0-1,5-6', 'items=0-5', 'bytes', 'bytes=5-2,x', 'nonsense'])(
    'comes whole for Range: %s',
    async (range) => {
      expect((await fetchVariant(id, { range })).status).toBe(200);
    },
  );

  it('comes whole if the part was wanted of another version', async () => {
    const { etag = '' } = (await fetchVariant(id)).headers;
    const range = 'bytes=0-9';
    expect((await fetchVariant(id, { range, 'if-range': etag })).status).toBe(206);
    for (const other of ['"other"', `W/${etag}`, 'Wed, 21 Oct 2037 07:28:00 GMT']) {
      expect((await fetchVariant(id, { range, 'if-range': other })).status).toBe(200);
    }
  });

  it('is described by HEAD without its bytes', async () => {
    const whole = await fetchVariant(id);
    const head = await request(app.url).head(`/api/images/${id}/card`).set('range', 'bytes=0-9');
    expect(head.status).toBe(200);
    for (const name of ['content-length', 'content-type', 'etag', 'vary', 'cache-control']) {
      expect(head.headers[name]).toBe(whole.headers[name]);
    }
  });

  it('is not there under another size or a broken id', async () => {
    expect((await fetchVariant(id, {}, 'huge')).status).toBe(400);
    expect((await fetchVariant('no-uuid')).status).toBe(400);
    expect((await fetchVariant('00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  it('whose files are lost is our fault, and nothing of a path is told', async () => {
    const lost = '11111111-1111-4111-8111-111111111111';
    await app
      .db('images')
      .insert({ id: lost, owner_id: ada.id, width: 1, height: 1, sha256: Buffer.alloc(32) });
    const response = await request(app.url).get(`/api/images/${lost}/card`);
    expect(response.status).toBe(500);
    expect(JSON.stringify(response.body)).not.toContain('uploads');
  });
});

describe('my photo', () => {
  it('replaces the one before, which is gone with its files', async () => {
    const first = (await putPhoto(png)).body.photo;
    const second = await putPhoto(png);
    expect(second.body).toEqual({
      photo: { id: expect.any(String), links: expect.objectContaining({ thumb: expect.any(String) }) },
    });
    expect(await app.db('users').where({ id: ada.id }).pluck('photo_image_id')).toEqual([
      second.body.photo.id,
    ]);
    expect(await filesOnDisk(first.id)).toEqual([]);
    expect((await fetchVariant(first.id)).status).toBe(404);
    expect((await fetchVariant(second.body.photo.id)).status).toBe(200);
  });

  it('is one, however many are put at once: no other row or file is left', async () => {
    const answers = await Promise.all([putPhoto(png), putPhoto(png), putPhoto(png)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const kept = await app.db('images').where({ owner_id: ada.id }).pluck('id');
    expect(kept).toEqual(await app.db('users').where({ id: ada.id }).pluck('photo_image_id'));
    for (const { body } of answers) {
      expect(await filesOnDisk(body.photo.id)).toHaveLength(body.photo.id === kept[0] ? 9 : 0);
    }
  });

  it('is removed, and removing none is as good', async () => {
    const { id } = (await putPhoto(png)).body.photo;
    for (let times = 0; times < 2; times += 1) {
      expect((await call(app, 'deleteMyPhoto', { user: ada })).status).toBe(204);
    }
    expect(await app.db('images').where({ id })).toEqual([]);
    expect(await filesOnDisk(id)).toEqual([]);
  });

  it('is mine no more when it was deleted as an image', async () => {
    const { id } = (await putPhoto(png)).body.photo;
    await call(app, 'deleteImage', { user: ada, params: { id } });
    expect(await app.db('users').where({ id: ada.id }).pluck('photo_image_id')).toEqual([null]);
  });
});
