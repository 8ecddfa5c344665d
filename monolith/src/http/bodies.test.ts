import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { bearer, registerUser } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('bodies', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app?.stop());

  const good = { email: 'ada@example.com', password: 'correct horse', displayName: 'Ada' };

  function register(body: string | Buffer, headers: Record<string, string> = {}) {
    return request(app.url)
      .post('/api/auth/register')
      .set({ 'content-type': 'application/json', ...headers })
      .serialize((value: unknown) => value as string)
      .send(body);
  }

  async function codeOf(answer: PromiseLike<request.Response>): Promise<string> {
    const { status, body } = await answer;
    return `${status} ${body.error?.code}`;
  }

  it.each([
    ['100,000 levels of arrays', '['.repeat(100_000)],
    ['100,000 levels of objects', '{"a":'.repeat(40_000)],
    ['100,000 levels, closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['__proto__', JSON.stringify(good).replace('{', '{"__proto__":{"admin":true},')],
    ['an escaped __proto__', JSON.stringify(good).replace('{', '{"\\u005f_proto__":{},')],
    ['constructor', JSON.stringify({ ...good, constructor: { prototype: {} } })],
    ['a key twice', JSON.stringify(good).replace('{', '{"email":"eve@example.com",')],
    ['NUL in text', JSON.stringify({ ...good, displayName: 'A\u0000da' })],
    ['NUL in a password', JSON.stringify({ ...good, password: 'correct\u0000horse' })],
    ['a lone surrogate in text', JSON.stringify({ ...good, displayName: 'A\ud800da' })],
    ['a lone surrogate in a password', JSON.stringify({ ...good, password: 'correct\udc00horse' })],
    ['a number past 2^53 where text belongs', JSON.stringify(good).replace('"Ada"', '9007199254740993')],
    ['an array', '[]'],
    ['null', 'null'],
    ['a text', '"text"'],
    ['half of itself', JSON.stringify(good).slice(0, -5)],
    ['two values', `${JSON.stringify(good)}{}`],
    ['a comment', `/* */${JSON.stringify(good)}`],
    ['NaN', '{"email":NaN}'],
    ['white space alone', '   '],
    ['an unknown field', JSON.stringify({ ...good, role: 'admin' })],
    ['a look-alike in the address', JSON.stringify({ ...good, email: 'аda@example.com' })],
  ])('refuses JSON with %s', async (_what, body) => {
    expect(await codeOf(register(body))).toBe('400 invalid_request');
  });

  it('refuses bytes that are no UTF-8', async () => {
    const body = Buffer.from(JSON.stringify(good).replace('Ada', 'A\u00ffa'), 'latin1');
    expect(await codeOf(register(body))).toBe('400 invalid_request');
  });

  it('refuses a missing body', async () => {
    expect(await codeOf(request(app.url).post('/api/auth/register'))).toBe('400 invalid_request');
    expect(await codeOf(register(''))).toBe('400 invalid_request');
  });

  it.each([
    ['another type', { 'content-type': 'text/plain' }],
    ['a type that only looks like JSON', { 'content-type': 'application/json-patch+json' }],
    ['a malformed type', { 'content-type': 'application' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['a charset that is Latin', { 'content-type': 'application/json; charset="iso-8859-1"' }],
    ['a form that is urlencoded', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['an encoding', { 'content-encoding': 'br' }],
  ])('refuses %s', async (_what, headers) => {
    expect(await codeOf(register(JSON.stringify(good), headers))).toBe('415 unsupported_media_type');
  });

  it('refuses compressed bodies rather than be made to unpack a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    expect(await codeOf(register(bomb, { 'content-encoding': 'gzip' }))).toBe('415 unsupported_media_type');
  });

  it('takes UTF-8 by any of its names', async () => {
    const body = (email: string) => JSON.stringify({ ...good, email });
    await register(body('b@example.com'), { 'content-type': 'Application/JSON;charset="UTF-8"' }).expect(201);
    await register(body('c@example.com'), { 'content-encoding': 'identity' }).expect(201);
  });

  it('refuses a body that is too large, sized or chunked', async () => {
    const large = JSON.stringify({ ...good, displayName: 'x'.repeat(300_000) });
    expect(await codeOf(register(large))).toBe('413 payload_too_large');
    const chunked = await fetch(`${app.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it('shows that refusal also to a client that sends far more than is read', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 'x');
    expect(await codeOf(register(body))).toBe('413 payload_too_large');
    const form = { 'content-type': 'multipart/form-data; boundary=xyz' };
    expect(await codeOf(register(body, form))).toBe('413 payload_too_large');
    expect(await codeOf(register(body, { 'content-type': 'text/plain' }))).toBe('415 unsupported_media_type');
  });

  it('says everything that is wrong at once, with its place', async () => {
    const { body } = await register(JSON.stringify({ email: 'x', password: 'short' })).expect(400);
    const places = body.error.details.map(({ path }: { path: string }) => path);
    expect(places).toEqual(['body.email', 'body.password', 'body.displayName']);
  });

  it('asks who is calling before it reads what they send', async () => {
    await request(app.url)
      .post('/api/waitlists')
      .send('{')
      .set('content-type', 'application/json')
      .expect(401);
  });

  describe('of forms', () => {
    const boundary = 'xyz';
    const type = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const field = (name: string, value: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = (name: string, value: string, filename = 'a.png') =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: image/png\r\n\r\n${value}\r\n`;
    /** What browsers send for a file input that was left empty. */
    const emptyInput = (name: string) => file(name, '', '').replace('image/png', 'application/octet-stream');
    const end = `--${boundary}--\r\n`;
    const goodFields = Object.entries({ ...good, email: 'form@example.com' })
      .map(([name, value]) => field(name, value))
      .join('');

    it.each([
      ['cut off', goodFields],
      ['cut off in a file', goodFields + file('photo', 'abc').slice(0, -8)],
      ['cut off in a header', `${goodFields}--${boundary}\r\ncontent-dispo`],
      ['without a part', end],
      ['of nothing but white space', '\r\n\r\n'],
      ['with a field that has no name', goodFields + field('', 'x') + end],
      ['with a part that has no disposition', `${goodFields}--${boundary}\r\n\r\nx\r\n${end}`],
      ['with a field twice', goodFields + field('email', 'eve@example.com') + end],
      ['with a deep name', goodFields + field('a[b][c][d][e]', 'x') + end],
      ['with a thousand brackets', goodFields + field(`a${'[b]'.repeat(1_000)}`, 'x') + end],
      ['with __proto__', goodFields + field('__proto__', 'x') + end],
      ['with __proto__ in a name', goodFields + field('__proto__[admin]', 'x') + end],
      ['with an unknown field', goodFields + field('role', 'admin') + end],
      ['with 5,000 parts', goodFields + field('x', 'y').repeat(5_000) + end],
      ['with 500 files', goodFields + file('photo', 'x').repeat(500) + end],
      ['with a file of another name', goodFields + file('avatar', 'x') + end],
      ['with a file where text belongs', goodFields.replace('Ada', '') + file('displayName', 'x') + end],
      ['with NUL in a field', goodFields.replace('Ada', 'A\u0000da') + end],
      ['with a very long name', goodFields + field('n'.repeat(100_000), 'x') + end],
    ])('refuses one %s', async (_what, body) => {
      const code = await codeOf(register(body, type));
      expect(code).toBe('400 invalid_request');
    });

    it('refuses one without a boundary', async () => {
      const body = goodFields + end;
      expect(await codeOf(register(body, { 'content-type': 'multipart/form-data' }))).toBe(
        '400 invalid_request',
      );
      expect(await codeOf(register(body, { 'content-type': 'multipart/mixed; boundary=xyz' }))).toMatch(
        /^415/,
      );
    });

    it('refuses fields and files that are too large', async () => {
      const longField = goodFields + field('displayName', 'x'.repeat(100_000)) + end;
      expect(await codeOf(register(longField, type))).toBe('413 payload_too_large');
      const user = await registerUser(app.url);
      const upload = request(app.url)
        .post('/api/images')
        .set(bearer(user))
        .attach('image', Buffer.alloc(10 * 1024 * 1024 + 1), 'a.png');
      expect(await codeOf(upload)).toBe('413 payload_too_large');
    });

    it('refuses a form without the file that its route is about', async () => {
      const user = await registerUser(app.url);
      const answer = await request(app.url)
        .post('/api/images')
        .set(bearer(user))
        .field({})
        .attach('x', '')
        .expect(400);
      expect(answer.body.error.code).toBe('invalid_request');
      const { body } = await request(app.url)
        .post('/api/images')
        .set(bearer(user))
        .set(type)
        .send(emptyInput('image') + end)
        .expect(400);
      expect(body.error.details).toEqual([{ path: 'body.image', message: 'is required, as a file' }]);
    });

    it('registers with a form whose photo was left empty', async () => {
      const { body } = await register(goodFields + emptyInput('photo') + end, type);
      expect(body).toMatchObject({ user: { email: 'form@example.com', photo: null } });
    });
  });

  it('is not harmed by clients that go away while they send', async () => {
    const { hostname, port } = new URL(app.url);
    for (const type of ['application/json', 'multipart/form-data; boundary=xyz']) {
      const socket = connect(Number(port), hostname);
      const head = `POST /api/auth/register HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\n\r\n--xyz\r\n`;
      await new Promise<void>((resolve) => socket.write(head, () => resolve()));
      socket.destroy();
    }
    await request(app.url).get('/readyz').expect(200);
  });

  it('refuses two requests that are one to another server', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});
